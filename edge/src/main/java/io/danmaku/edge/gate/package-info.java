/** Who may send what, how often: checked from local tables on the connection's event loop, answered with a refusal or what is kept. */
package io.danmaku.edge.gate;
