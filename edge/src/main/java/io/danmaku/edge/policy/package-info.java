/**
 * What room-service decided, as local tables: rooms with their policies, and mutes. Filled from the state topics; read on event loops
 * without a request to anybody.
 */
package io.danmaku.edge.policy;
