/** What the edge serves over HTTP besides sockets: the pages, rooms' history, and the services' APIs by proxy. */
package io.danmaku.edge.front;
