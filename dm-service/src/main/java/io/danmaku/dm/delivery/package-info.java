/**
 * The ways of records between nodes: requests appended to the inbound log, results and messages published to the delivery
 * topics of the nodes where somebody waits for them or has a device, and this node's own delivery topic. Everything here
 * is best effort and bounded: what is lost is asked again by its sender (same cid) or by a device ({@code sync}).
 */
package io.danmaku.dm.delivery;
