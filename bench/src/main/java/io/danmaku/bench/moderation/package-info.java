/** {@code danmaku bench mute}: how soon a moderator's word holds on all edges. */
package io.danmaku.bench.moderation;
