/** Who users are, what they say of one another, and whom they let write to them: values and rules, no I/O and no thread of their own. */
package io.danmaku.dm.account;
