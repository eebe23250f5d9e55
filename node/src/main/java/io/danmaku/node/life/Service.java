package io.danmaku.node.life;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The body of a service's {@code main}: configuration, start, and a stop that drains when the process is told to end. */
public final class Service {
    private static final Logger LOG = LoggerFactory.getLogger(Service.class);
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_CONFIGURATION = 2;

    private Service() {}

    /** Starts everything of a service, or throws; adds to {@code shutdown} what it started. */
    @FunctionalInterface
    public interface Starter {
        void start(Settings settings, Shutdown shutdown) throws Exception;
    }

    /**
     * Starts a service and returns; the process lives on by its threads. Ends the process with 2 and one line when the
     * configuration is bad, with 1 when the start failed.
     *
     * @param args nothing, or the path of a file whose settings go before the shipped ones
     */
    public static void run(String name, String[] args, Starter starter) {
        Shutdown shutdown = new Shutdown();
        try {
            Settings settings = Settings.load(name, args.length > 0 ? Path.of(args[0]) : null);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                LOG.info("{} stops", name);
                                shutdown.run();
                                LOG.info("{} has stopped", name);
                            },
                            "shutdown"));
            starter.start(settings, shutdown);
            LOG.info("{} runs with {}", name, settings.printed());
        } catch (ConfigurationException bad) {
            System.err.println(name + ": bad configuration: " + bad.getMessage());
            System.exit(EXIT_CONFIGURATION);
        } catch (Exception failed) {
            LOG.error("{} could not start", name, failed);
            System.err.println(name + ": could not start: " + failed.getMessage());
            System.exit(EXIT_FAILED);
        }
    }
}
