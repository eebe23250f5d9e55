/**
 * One class a command, each with its options and what it says. The work is done in the other packages. Runs in the main thread; {@code up}
 * also in the shutdown hook.
 */
package io.danmaku.standalone.command;
