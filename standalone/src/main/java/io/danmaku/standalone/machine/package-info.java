/** What this machine offers: its JDK, memory, disk and free ports. Asked by {@code up} before it starts anything, and by {@code doctor}. */
package io.danmaku.standalone.machine;
