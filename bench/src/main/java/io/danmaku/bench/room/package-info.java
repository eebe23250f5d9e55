/** One room with many viewers at a fixed rate: end-to-end latency, and what each process spent. */
package io.danmaku.bench.room;
