/** Fan-out: few publishers, very many viewers, what a delivery costs the edge, and how that compares with bare writes. Main thread. */
package io.danmaku.bench.fanout;
