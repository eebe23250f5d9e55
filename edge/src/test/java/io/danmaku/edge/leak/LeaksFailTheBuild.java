package io.danmaku.edge.leak;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * A buffer that nobody released fails the run: Netty's detector only logs it, and only when another buffer is made after a
 * collection. Around all tests of the module, whichever engine runs them; found by its name in {@code META-INF/services}.
 */
public final class LeaksFailTheBuild implements LauncherSessionListener {
    private static final int COLLECTIONS = 3;
    private static final long COLLECTION_MS_MAX = 5_000;

    /** Of the whole run: a session is opened for looking for tests too, and Netty's detectors stay. */
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        // before any buffer is made: Netty asks for its detectors once
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // the one method that must be there
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int samplingInterval, long maxActive) {
                return new Collecting<>(resource, samplingInterval);
            }
        });
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        for (int i = 0; i < COLLECTIONS; i++) {
            collect();
            PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        }
        if (!LEAKS.isEmpty()) {
            throw new AssertionError(LEAKS.size() + " buffers were never released:\n" + String.join("\n", LEAKS));
        }
    }

    /** Returns when what nobody holds has been found. */
    private static void collect() {
        ReferenceQueue<Object> found = new ReferenceQueue<>();
        PhantomReference<Object> unheld = new PhantomReference<>(new Object(), found);
        System.gc();
        try {
            if (found.remove(COLLECTION_MS_MAX) != unheld) {
                throw new AssertionError("nothing was collected within " + COLLECTION_MS_MAX + " ms");
            }
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Collecting<T> extends ResourceLeakDetector<T> {
        Collecting(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            LEAKS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            LEAKS.add(resourceType);
        }
    }
}
