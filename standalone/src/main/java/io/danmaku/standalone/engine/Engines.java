package io.danmaku.standalone.engine;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.machine.Jdk;
import io.danmaku.standalone.machine.Ports;
import io.danmaku.standalone.supervise.Part;
import io.danmaku.standalone.supervise.Probe;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes each engine's configuration from its template and says how it is started. */
public final class Engines {
    /**
     * Workers of Cassandra that have nothing to do sleep for 10 us times their number and look again: with the kernel's default the machine
     * changes threads 50,000 to 100,000 times a second, however little there is to do.
     */
    private static final Map<String, String> CASSANDRA_SLEEPS_LONGER = Map.of(Part.TIMER_SLACK_NS, "1000000");

    private final Home home;
    private final DataFolder data;
    private final Ports ports;

    public Engines(Home home, DataFolder data, Ports ports) {
        this.home = home;
        this.data = data;
        this.ports = ports;
    }

    /** All three, in the order they are told. */
    public List<Part> parts() throws IOException {
        return List.of(redis(), cassandra(), pulsar());
    }

    private Part redis() throws IOException {
        Path dir = data.of("redis");
        Path conf = Template.write(
                home.engine("redis").resolve("conf/redis.conf"),
                dir.resolve("redis.conf"),
                Map.of("port", ports.redis(), "dir", dir));
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
        String processor = System.getProperty("os.arch").contains("aarch64") ? "arm64" : "amd64";
        Path program = home.engine("redis").resolve("target/redis/redis-server-7.0.15-" + os + "-" + processor);
        if (!program.toFile().setExecutable(true)) {
            throw new IOException("no Redis for this machine: " + program);
        }
        return part(
                "redis",
                conf.toString(),
                dir,
                List.of(program.toString(), conf.toString()),
                Map.of(),
                Map.of("redis", ports.redis()),
                Probe.answer(ports.redis(), "PING\r\n", "+PONG"),
                Part.Preparation.NONE);
    }

    private Part cassandra() throws IOException {
        Path dir = data.of("cassandra");
        Path engine = home.engine("cassandra");
        Path yaml = Template.write(
                engine.resolve("conf/cassandra.yaml"),
                dir.resolve("cassandra.yaml"),
                Map.of("port", ports.cql(), "storage", ports.cqlStorage()));
        // has what starts it, and a shim that takes the place of a class that needs a security manager: gone in JDK 24,
        // opt-in from 18 on
        String classPath = engine.resolve("target/cassandra-shim.jar") + File.pathSeparator + classPath(engine);
        String marker = data.marker("cassandra");
        List<String> command = Jdk.command(marker);
        command.add("@" + engine.resolve("conf/jvm.argfile"));
        command.add("-Dcassandra.config=" + yaml.toUri());
        command.add("-Dcassandra.storagedir=" + dir);
        command.add("-Dcassandra.logdir=" + dir.resolve("log"));
        command.add("-Dlogback.configurationFile=" + engine.resolve("conf/logback.xml"));
        command.add("@" + Template.classPathFile(dir.resolve("classpath.argfile"), classPath));
        command.add("io.danmaku.engine.CassandraStart");
        return part(
                "cassandra",
                marker,
                dir,
                command,
                CASSANDRA_SLEEPS_LONGER,
                Map.of("cql", ports.cql(), "storage", ports.cqlStorage()),
                // Cassandra opens this port last of all
                Probe.port(ports.cql()),
                Part.Preparation.NONE);
    }

    private Part pulsar() throws IOException {
        Path dir = data.of("pulsar");
        BookieData.dropHalfMade(dir);
        Path engine = home.engine("pulsar");
        Path conf = Template.write(
                engine.resolve("conf/standalone.conf"),
                dir.resolve("standalone.conf"),
                Map.of("port", ports.pulsar(), "web", ports.pulsarWeb(), "loopback", loopback()));
        String marker = data.marker("pulsar");
        List<String> command = Jdk.command(marker);
        command.add("@" + engine.resolve("conf/jvm.argfile"));
        command.add("-Dlog4j2.configurationFile=" + engine.resolve("conf/log4j2.xml"));
        command.add("@" + Template.classPathFile(dir.resolve("classpath.argfile"), classPath(engine)));
        command.addAll(List.of(
                "org.apache.pulsar.PulsarStandaloneStarter",
                "--config",
                conf.toString(),
                "--no-functions-worker",
                "--no-stream-storage",
                // relative to the part's folder: Pulsar makes a URI of it, which a space in an absolute path would
                // break
                "--metadata-url",
                "rocksdb:metadata",
                "--bookkeeper-dir",
                BookieData.of(dir).toString(),
                "--bookkeeper-port",
                Integer.toString(ports.bookie()),
                "--num-bookies",
                "1"));
        return part(
                "pulsar",
                marker,
                dir,
                command,
                Map.of(),
                Map.of("pulsar", ports.pulsar(), "web", ports.pulsarWeb(), "bookie", ports.bookie()),
                // made last of all at the first start; /admin/v2/brokers/ready answers before
                Probe.http(URI.create("http://127.0.0.1:" + ports.pulsarWeb() + "/admin/v2/namespaces/public/default")),
                () -> BookieJournal.cutTorn(BookieData.of(dir)));
    }

    /** The bookie is told an interface, not an address; without one it listens on all. */
    private static String loopback() throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress())
                .getName();
    }

    private Part part(
            String name,
            String marker,
            Path dir,
            List<String> command,
            Map<String, String> environment,
            Map<String, Integer> listens,
            Probe probe,
            Part.Preparation beforeStart) {
        return new Part(
                name,
                Part.Tier.ENGINE,
                marker,
                command,
                environment,
                dir,
                data.log(name),
                listens,
                probe,
                Part.STOP_GRACE,
                beforeStart);
    }

    private static String classPath(Path engine) throws IOException {
        return Files.readString(engine.resolve("target/engine.classpath")).trim();
    }
}
