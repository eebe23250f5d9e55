/**
 * The HTTP API. Any instance takes any request: what changes something goes to the log and waits for its owner's result, what
 * reads asks the tables. Runs on event loops, which never wait.
 */
package io.danmaku.dm.api;
