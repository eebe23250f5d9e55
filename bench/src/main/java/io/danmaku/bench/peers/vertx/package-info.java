/** The one peer that is ours: what somebody writes in an afternoon. A process of its own. */
package io.danmaku.bench.peers.vertx;
