/** Asks a product's own service about chats, without ever waiting for it on an event loop. Any thread. */
package io.danmaku.edge.check;
