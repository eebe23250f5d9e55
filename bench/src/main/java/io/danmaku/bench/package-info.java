/** The load harness: drives a running hub through its public interfaces and says what it did and what it cost. */
package io.danmaku.bench;
