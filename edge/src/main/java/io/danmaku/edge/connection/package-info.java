/**
 * Viewers' sockets: the handshake, frames to commands, commands carried out, replies. A connection lives on one event loop and is touched
 * nowhere else. With {@code audience} the only package that knows Netty's channels.
 */
package io.danmaku.edge.connection;
