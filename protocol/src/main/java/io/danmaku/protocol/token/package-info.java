/**
 * Who somebody is: the claims of a token, the keys that it may be signed with, and how it is signed and checked (JWT, RFC 7519). Where the
 * keys come from is {@code node.token}.
 */
package io.danmaku.protocol.token;
