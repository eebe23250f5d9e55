/** How hubs and single services start, stop, are started again and are watched. */
package io.danmaku.standalone.lifecycle;
