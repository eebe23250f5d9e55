/** What the options of all loads have in common. */
package io.danmaku.bench.options;
