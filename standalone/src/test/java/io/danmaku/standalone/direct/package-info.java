/** Direct messages over HTTP against the whole hub, and what remains of them when processes die. */
package io.danmaku.standalone.direct;
