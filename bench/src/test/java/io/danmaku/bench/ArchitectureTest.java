package io.danmaku.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the harness may know: standalone's test of the same name sees only what standalone depends on. */
@AnalyzeClasses(packages = "io.danmaku.bench", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** It measures from outside, as a client does: nothing of what it measures runs in its own process. Netty is for the swarm's sockets. */
    @ArchTest
    static final ArchRule theHarnessKnowsClientsAndTheirProtocolAlone = classes()
            .that()
            .resideOutsideOfPackages(
                    "io.danmaku.bench.swarm..",
                    "io.danmaku.bench.micro..",
                    "io.danmaku.bench.tail..",
                    "io.danmaku.bench.log..",
                    "io.danmaku.bench.store..",
                    "io.danmaku.bench.peers.vertx..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.danmaku.bench..",
                    "io.danmaku.standalone..",
                    "io.danmaku.protocol..",
                    "java..",
                    "com.sun.management..",
                    "com.fasterxml.jackson.databind..",
                    "org.HdrHistogram..",
                    "picocli..");

    @ArchTest
    static final ArchRule theSwarmKnowsTheProtocolAndNettyAlone = classes()
            .that()
            .resideInAPackage("io.danmaku.bench.swarm..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.danmaku.bench.swarm..",
                    // the lines between it and its parent
                    "io.danmaku.bench.machine..",
                    "io.danmaku.protocol..",
                    "java..",
                    "io.netty.bootstrap..",
                    "io.netty.buffer..",
                    "io.netty.channel..",
                    "io.netty.util..",
                    "com.fasterxml.jackson.databind..",
                    "org.HdrHistogram..");

    @ArchTest
    static final ArchRule theLogByItselfKnowsPulsarAlone = classes()
            .that()
            .resideInAPackage("io.danmaku.bench.log..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.danmaku.bench..",
                    "io.danmaku.standalone..",
                    "io.danmaku.protocol..",
                    "java..",
                    "org.apache.pulsar.client.api..",
                    "org.HdrHistogram..",
                    "picocli..");

    /** The same statements as dm-service's, by its own classes, sent by the driver; the harness itself starts a process of it. */
    @ArchTest
    static final ArchRule theStoreByItselfKnowsItsTablesAlone = classes()
            .that()
            .resideInAPackage("io.danmaku.bench.store..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.danmaku.bench.store..",
                    "io.danmaku.bench.machine..",
                    "io.danmaku.dm.conversation..",
                    "io.danmaku.dm.store..",
                    "io.danmaku.protocol..",
                    "java..",
                    "com.datastax.oss.driver.api.core..",
                    "com.fasterxml.jackson.databind..");

    /** Nothing of ours is in it. */
    @ArchTest
    static final ArchRule plainVertxKnowsVertxAlone = classes()
            .that()
            .resideInAPackage("io.danmaku.bench.peers.vertx..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.danmaku.bench.peers.vertx..", "java..", "io.vertx.core..");

    /** Steps taken out of the edge run in JVMs of their own; nothing else of the harness may see into the edge. */
    @ArchTest
    static final ArchRule onlyWhatRunsAPartOfTheEdgeKnowsTheEdge = noClasses()
            .that()
            .resideOutsideOfPackages("io.danmaku.bench.micro..", "io.danmaku.bench.tail..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.danmaku.edge..");

    @ArchTest
    static final ArchRule onlyBenchmarksOfSingleStepsKnowJmh = noClasses()
            .that()
            .resideOutsideOfPackage("io.danmaku.bench.micro..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.openjdk.jmh..");

    @ArchTest
    static final ArchRule theTailsProcessKnowsTheHotPartOfTheEdgeAlone = classes()
            .that()
            .resideInAPackage("io.danmaku.bench.tail..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.danmaku.bench..",
                    "io.danmaku.standalone.folder..",
                    "io.danmaku.protocol..",
                    "io.danmaku.edge.audience..",
                    "io.danmaku.edge.broadcast..",
                    "io.danmaku.edge.connection..",
                    "io.danmaku.edge.tail..",
                    "java..",
                    "io.netty..",
                    "io.vertx.core.transport..",
                    "io.vertx.core.spi.transport..",
                    "com.fasterxml.jackson.databind..",
                    "picocli..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.danmaku.bench.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule namesSayWhatAThingIs =
            noClasses().should().haveNameMatching(".*(Impl|Manager|Helper|Utils?)");
}
