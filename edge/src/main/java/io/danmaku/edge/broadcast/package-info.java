/**
 * From the log to the tails: the ring that readers fill, and the one thread that takes all that has arrived, settles repeats, samples,
 * batches by room and wakes the event loops. Hot.
 */
package io.danmaku.edge.broadcast;
