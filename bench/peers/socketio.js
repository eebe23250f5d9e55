// Socket.IO with a room, as its manual shows it. Over WebSocket alone: long polling and the upgrade from it cost more.
"use strict";
const http = require("http");
const { Server } = require("socket.io");

const server = http.createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
  if (socket.handshake.query.publishes) {
    socket.on("m", (message) => io.to("bench").emit("m", message));
  } else {
    socket.join("bench");
    socket.emit("in");
  }
});
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 1024 });
// it ends with the bench
process.stdin.resume().on("end", () => process.exit(0));
