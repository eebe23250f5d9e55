/**
 * Direct messages in CQL: the tables and their migrations, what the owner of a partition writes, what pages are read. The
 * only place that knows the driver. Completions come on the driver's threads: whoever asks takes them to its own.
 */
package io.danmaku.dm.store;
