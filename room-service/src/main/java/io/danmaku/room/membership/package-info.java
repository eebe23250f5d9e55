/**
 * Who is in which room, added up over all edges. One instance counts at a time (the active consumer of the membership
 * topic); all of it belongs to one event loop, the membership context. {@code Attendance} is the rule, without I/O and
 * with time as an argument; docs/decisions/ has the page on membership and leases.
 */
package io.danmaku.room.membership;
