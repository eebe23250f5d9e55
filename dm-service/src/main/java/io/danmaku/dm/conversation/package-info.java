/**
 * The rules of a conversation: which number a message gets, what is a repeat, how far somebody has read. Pure functions
 * and values; no thread, no clock, no engine. {@link io.danmaku.dm.conversation.Ledger} is what they ask of storage.
 * docs/decisions/2026-11-24-direct-message-rows-are-a-function-of-the-log.md says why they are as they are.
 */
package io.danmaku.dm.conversation;
