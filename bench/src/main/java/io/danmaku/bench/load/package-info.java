/** Messages sent at times fixed beforehand, whatever happens: the open loop. Used by the main thread of a load. */
package io.danmaku.bench.load;
