/** Where things lie: the repository the hub runs from, and the data folder with its lock, logs and secret. Used by the main thread. */
package io.danmaku.standalone.folder;
