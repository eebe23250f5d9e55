/** The check of direct messages, on histories made up here and on a hub. */
package io.danmaku.standalone.check;
