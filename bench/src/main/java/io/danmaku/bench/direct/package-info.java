/** Direct messages measured: what a send costs beside the bare statements, and pages of large conversations. The commands' own threads, and those of the clients. */
package io.danmaku.bench.direct;
