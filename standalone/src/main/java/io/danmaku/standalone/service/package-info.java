/** The hub's own services as child processes, and what is done through their HTTP interface. Runs in the main thread. */
package io.danmaku.standalone.service;
