/** What the edge serves over HTTP besides sockets: the pages, and the services' APIs by proxy. */
package io.danmaku.edge.front;
