/**
 * Child processes and their lives: each {@link io.danmaku.standalone.supervise.Part} runs under a small watcher, is started again when
 * it dies, and is stopped in order. Every child has a thread of its own; {@code up.json} is written under the supervisor's lock.
 */
package io.danmaku.standalone.supervise;
