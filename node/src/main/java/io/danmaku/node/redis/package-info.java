/** What is in Redis: which node holds a user's devices, who watched a stream, and what all nodes count together. The only package that knows Redis. */
package io.danmaku.node.redis;
