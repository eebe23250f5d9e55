package io.danmaku.bench.peers;

import io.danmaku.bench.swarm.Dialog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A server to measure beside the hub, in one setting.
 *
 * @param name what people call it; unique together with the setting
 * @param setting how it is set, in short
 * @param version that was found
 * @param absent why it cannot be measured here; empty: it can
 * @param launch its command line
 * @param environment beyond this process's own
 * @param viewer what a viewer says
 * @param publisher what the publisher says before its first message
 * @param before in front of each message; {@code {bytes}} in it is the message's length
 * @param after behind it
 */
record Peer(
        String name,
        String setting,
        String version,
        String absent,
        Launch launch,
        Map<String, String> environment,
        Dialog viewer,
        Dialog publisher,
        String before,
        String after) {

    /** Makes the command line that starts a peer. */
    interface Launch {
        /** @param folder of the run's own, where it may put a configuration */
        List<String> command(int port, Path folder) throws IOException;
    }

    Peer {
        environment = Map.copyOf(environment);
    }

    /** One that is not here. */
    static Peer absent(String name, String why) {
        Dialog nothing = new Dialog("", false, List.of(), "", "");
        return new Peer(name, "", "", why, (port, folder) -> List.of(), Map.of(), nothing, nothing, "", "");
    }

    /** One that takes messages on a WebSocket as they are. */
    static Peer relay(String name, String setting, String version, Launch launch, Map<String, String> environment) {
        return new Peer(
                name,
                setting,
                version,
                "",
                launch,
                environment,
                Dialog.webSocket("/sub"),
                Dialog.webSocket("/pub"),
                "",
                "");
    }

    /** The same one that is spoken to in another way. */
    Peer speaking(Dialog asViewer, Dialog asPublisher, String inFront, String behind) {
        return new Peer(name, setting, version, absent, launch, environment, asViewer, asPublisher, inFront, behind);
    }
}
