/** The engines as child processes: what each needs written and how it is started. Runs in the main thread, before anything is started. */
package io.danmaku.standalone.engine;
