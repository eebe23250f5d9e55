/** What is in Redis: which node holds a user's devices, and who watched a stream. The only package that knows Redis. */
package io.danmaku.node.redis;
