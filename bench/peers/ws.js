// The npm package ws as its manual's "server broadcast" shows it. What is said on /pub goes to everybody on /sub.
"use strict";
const http = require("http");
const { WebSocketServer, WebSocket } = require("ws");

const viewers = new Set();
const server = http.createServer();
// compression is off by default; without it ws also needs no extension to look at
const wss = new WebSocketServer({ server, perMessageDeflate: false });
wss.on("connection", (socket, request) => {
  socket.on("error", () => {});
  if (request.url === "/pub") {
    socket.on("message", (data) => {
      for (const viewer of viewers) {
        if (viewer.readyState === WebSocket.OPEN) {
          viewer.send(data, { binary: false });
        }
      }
    });
  } else {
    viewers.add(socket);
    socket.on("close", () => viewers.delete(socket));
  }
});
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 1024 });
// it ends with the bench
process.stdin.resume().on("end", () => process.exit(0));
