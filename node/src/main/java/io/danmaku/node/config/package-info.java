/** A service's configuration: one HOCON file, read once, every value checked, every mistake named by its key. */
package io.danmaku.node.config;
