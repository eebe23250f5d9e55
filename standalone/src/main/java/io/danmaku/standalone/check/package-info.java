/**
 * Proves on a hub of its own that direct messages lose nothing: random traffic while processes are killed, its history in a file, and a
 * judge that reads the file. The main thread walks the plan; answers and pushes come in on the clients' event loops and go straight to
 * the file.
 */
package io.danmaku.standalone.check;
