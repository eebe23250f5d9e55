/** Tail to socket without Pulsar: the edge's own broadcaster and audiences on each transport, beside the bare loop. */
package io.danmaku.bench.tail;
