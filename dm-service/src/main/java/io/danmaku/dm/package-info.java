/** dm-service: direct messages from the inbound log to the tables and to the devices. {@link io.danmaku.dm.DmServiceNode} wires it. */
package io.danmaku.dm;
