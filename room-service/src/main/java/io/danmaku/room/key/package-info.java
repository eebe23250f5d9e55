/** API keys of tenants' backends: made, listed, revoked. On the state context. */
package io.danmaku.room.key;
