/** What nodes say to one another through topics: the names of the topics and the form of their records. */
package io.danmaku.protocol.log;
