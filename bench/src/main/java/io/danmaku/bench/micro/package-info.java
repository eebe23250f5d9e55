/** The hot steps of an edge one by one, measured by JMH: each benchmark on one thread, with what it allocates. */
package io.danmaku.bench.micro;
