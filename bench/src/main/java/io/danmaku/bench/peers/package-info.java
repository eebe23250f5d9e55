/** Other servers of live messages under the same load, side by side with the hub: what a delivery costs each. Main thread. */
package io.danmaku.bench.peers;
