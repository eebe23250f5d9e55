/** Words that are not wanted: texts folded to what they look like, and the lists that are looked for in them. No I/O. */
package io.danmaku.node.words;
