/** What a load says at its end: figures of several runs side by side, as table, JSON, HdrHistogram log and picture. Main thread. */
package io.danmaku.bench.report;
