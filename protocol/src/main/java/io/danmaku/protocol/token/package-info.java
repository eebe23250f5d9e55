/** Who somebody is: the claims of a token, and how it is signed and checked (JWT, RFC 7519, HS256). */
package io.danmaku.protocol.token;
