/** The statements of dm-service's store without a hub around them, in a process of its own. */
package io.danmaku.bench.store;
