/** What the log takes by itself: Pulsar between a producer and a reader, without a hub between. */
package io.danmaku.bench.log;
