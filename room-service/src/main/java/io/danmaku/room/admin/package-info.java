/**
 * The HTTP API of rooms: who may ask what, bodies to requests, results to answers, and the way to the instance that
 * decides. On the state context. The OpenAPI document in the resources describes it; a test compares the two.
 */
package io.danmaku.room.admin;
