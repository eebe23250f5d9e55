/**
 * Runs jobs: one message to many users, as ordinary sends through the log. One thread of its own, which waits for the store and for
 * results; nothing else does.
 */
package io.danmaku.dm.job;
