/**
 * The inbound log and who works on it. A partition's state belongs to one {@link io.danmaku.dm.inbound.OwnerThread}:
 * whatever comes back from Pulsar or from storage is handed to that thread first. Few threads serve all partitions.
 */
package io.danmaku.dm.inbound;
