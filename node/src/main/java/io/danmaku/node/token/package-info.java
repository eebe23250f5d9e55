/**
 * The keys that this process trusts: the secret and a file by configuration, and what an address serves. The thread {@code token-keys} owns
 * the fetching; whoever checks a token, on any thread, reads an immutable value.
 */
package io.danmaku.node.token;
