/** How a process of the hub lives: starts with a checked configuration, stops in order when told to. */
package io.danmaku.node.life;
