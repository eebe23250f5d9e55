package io.danmaku.standalone;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** What may know what. The drawing is in docs/architecture.md; this is what keeps it true. */
@AnalyzeClasses(packages = "io.danmaku", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** An event loop is a thread to run on; what is kept in few packages are the sockets. */
    private static final Set<String> EVENT_LOOPS =
            Set.of("io.netty.channel.EventLoop", "io.netty.channel.EventLoopGroup");

    private static final DescribedPredicate<JavaClass> NETTY_CHANNELS = resideInAPackage("io.netty.channel..")
            .and(describe(
                    "no event loop",
                    type -> !EVENT_LOOPS.contains(type.getBaseComponentType().getName())));

    @ArchTest
    static final ArchRule modulesDependOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.danmaku..")
            .layer("protocol")
            .definedBy("io.danmaku.protocol..")
            .layer("node")
            .definedBy("io.danmaku.node..")
            .layer("edge")
            .definedBy("io.danmaku.edge..")
            .layer("room-service")
            .definedBy("io.danmaku.room..")
            .layer("dm-service")
            .definedBy("io.danmaku.dm..")
            .layer("standalone")
            .definedBy("io.danmaku.standalone..")
            .whereLayer("node")
            .mayOnlyBeAccessedByLayers("edge", "room-service", "dm-service", "standalone")
            // standalone starts the services as processes and calls nothing in them
            .whereLayer("edge")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("room-service")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("dm-service")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("standalone")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("protocol")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.danmaku.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule pulsarIsKnownWhereTopicsAreReadAndWritten = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.danmaku.node.pulsar..",
                    "io.danmaku.edge.roomlog..",
                    "io.danmaku.edge.policy..",
                    "io.danmaku.edge.presence..",
                    "io.danmaku.edge.direct..",
                    "io.danmaku.room.room..",
                    "io.danmaku.room.membership..",
                    "io.danmaku.room.audit..",
                    "io.danmaku.room.webhook..",
                    "io.danmaku.dm.inbound..",
                    "io.danmaku.dm.delivery..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.pulsar..");

    @ArchTest
    static final ArchRule redisIsKnownInItsPackageAlone = noClasses()
            .that()
            .resideOutsideOfPackage("io.danmaku.node.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.redis..");

    @ArchTest
    static final ArchRule cqlIsKnownInTheStoreAlone = noClasses()
            .that()
            .resideOutsideOfPackage("io.danmaku.dm.store..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.datastax..");

    @ArchTest
    static final ArchRule nettyChannelsAreKnownWhereViewersAre = noClasses()
            .that()
            .resideOutsideOfPackages("io.danmaku.edge.connection..", "io.danmaku.edge.audience..")
            .should()
            .dependOnClassesThat(NETTY_CHANNELS);

    @ArchTest
    static final ArchRule nettyBuffersAreKnownOnTheWayOfABatch = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.danmaku.edge.connection..",
                    "io.danmaku.edge.audience..",
                    "io.danmaku.edge.broadcast..",
                    "io.danmaku.edge.tail..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.buffer..");

    @ArchTest
    static final ArchRule namesSayWhatAThingIs =
            noClasses().should().haveNameMatching(".*(Impl|Manager|Helper|Utils?)");

    @ArchTest
    static final ArchRule standardStreamsAreForTheCommandLine = noClasses()
            .that()
            .resideInAnyPackage("io.danmaku.protocol..", "io.danmaku.edge..", "io.danmaku.room..", "io.danmaku.dm..")
            .should()
            .accessField(System.class, "out");
}
