package io.danmaku.standalone.hub;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Behind all integration tests: fails the run when an edge of the shared hub logged a leak. They run as users' edges do, so Netty
 * watches one buffer in 128 or so. Found by its name in {@code META-INF/services}.
 */
public final class LeaksFailTheRun implements LauncherSessionListener {
    @Override
    public void launcherSessionClosed(LauncherSession session) {
        TestHub.assertNoLeaks();
    }
}
