/**
 * What each tenant uses on this edge, and how much it may: viewers and messages a second. Asked on event loops, which wait for
 * nobody: what other edges use is known from numbers that come by themselves, or drawn ahead.
 */
package io.danmaku.edge.quota;
