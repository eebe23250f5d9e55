/** The hub on one machine: the command line and what it starts. {@link io.danmaku.standalone.Danmaku} lists the commands. */
package io.danmaku.standalone;
