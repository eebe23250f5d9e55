/**
 * A client of the hub as a product would write one, and the check of what it is told: used by {@code replay}, by the load
 * harness and by the tests. Everything of one client lives on one event loop; its methods may be called from any thread.
 */
package io.danmaku.standalone.client;
