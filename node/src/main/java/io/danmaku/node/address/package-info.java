/** IP addresses: where a request comes from, and whether that is in a range. Nothing here ever looks a name up. Any thread. */
package io.danmaku.node.address;
