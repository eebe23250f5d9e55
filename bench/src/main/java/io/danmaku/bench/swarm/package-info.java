/**
 * Many viewers in a process of its own, as cheap as they can be: bare sockets on few event loops, frames counted by their heads, a share of
 * the viewers checked in full. A {@code SwarmLoop} and its viewers belong to one event loop.
 */
package io.danmaku.bench.swarm;
