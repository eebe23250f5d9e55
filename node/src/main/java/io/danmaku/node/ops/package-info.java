/** What whoever runs the hub sees of a process: health, readiness, metrics, traces. */
package io.danmaku.node.ops;
