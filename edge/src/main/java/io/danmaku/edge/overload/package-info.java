/**
 * What an edge does when it has more to do than it can: whom it does not let in, and what it leaves out, in declared steps. Measured and
 * decided on a thread of its own; what carries events only takes the plain values that come out of it.
 */
package io.danmaku.edge.overload;
