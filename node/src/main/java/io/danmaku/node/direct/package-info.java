/**
 * What is decided about direct messages before they are appended: on edges and in dm-service alike, and never by the owner of a conversation, whose
 * decisions are a function of its log. Any thread; nothing waits.
 */
package io.danmaku.node.direct;
