/** Events that a product's backend puts into rooms, each once. On the state context. */
package io.danmaku.room.posting;
