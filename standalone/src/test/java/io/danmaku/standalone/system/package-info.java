/** What must hold of the whole hub, shown on real engines: nobody misses, doubles or disturbs anything. */
package io.danmaku.standalone.system;
