/** {@code danmaku bench mute} and {@code danmaku bench slow}: how soon a moderator's word holds on all edges, and how strictly slow mode does. */
package io.danmaku.bench.moderation;
