/**
 * The rules of a conversation: which number a message gets, what is a repeat, how far somebody has read. Pure functions
 * and values; no thread, no clock, no engine. {@link io.danmaku.dm.conversation.Ledger} is what they ask of storage.
 * docs/decisions/0007-direct-messages-are-a-function-of-the-log.md says why they are as they are.
 */
package io.danmaku.dm.conversation;
