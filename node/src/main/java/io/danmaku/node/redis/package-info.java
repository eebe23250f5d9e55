/** The directory in Redis: which node holds a user's devices. The only package that knows Redis. */
package io.danmaku.node.redis;
