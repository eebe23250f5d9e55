/** The unit of broadcast as room-service decides it and every edge holds it: identity, policy, roles, sanctions. Pure values. */
package io.danmaku.protocol.room;
