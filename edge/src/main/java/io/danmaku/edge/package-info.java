/**
 * The access service: {@link io.danmaku.edge.EdgeNode} builds, wires, starts and stops all of it. Which thread owns what is said in each
 * package below.
 */
package io.danmaku.edge;
