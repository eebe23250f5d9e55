/** What a figure was measured on and what processes used, from {@code /proc}; and the processes of the harness itself. Any thread. */
package io.danmaku.bench.machine;
