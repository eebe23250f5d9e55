/**
 * Real input for a room: reads an archive of bullet comments (Bilibili XML), and sends each at its time through the public
 * WebSocket. Pacing runs on one thread; results come in on the clients' event loops and are counted in concurrent counters.
 */
package io.danmaku.standalone.replay;
