/** What the machine can do at best: equal writes to equal connections by a loop that does nothing else, in a process of its own. */
package io.danmaku.bench.ceiling;
