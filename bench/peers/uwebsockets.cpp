// uWebSockets with a topic, as its example "Broadcast" shows it. What is said on /pub goes to everybody on /sub. It coalesces by itself: what
// one turn of its loop brought goes to a subscriber in one write.
#include "App.h"

#include <cstdlib>
#include <string_view>

struct Nothing {};

int main(int count, char **arguments) {
  if (count != 2) {
    return 2;
  }
  uWS::App app;
  bool listens = false;
  app.ws<Nothing>("/sub", {.compression = uWS::DISABLED,
                           // by default a subscriber with more than 64 KiB to come is left out: here as few as can be
                           .maxBackpressure = 16 * 1024 * 1024,
                           .open = [](auto *socket) { socket->subscribe("bench"); }})
      .ws<Nothing>("/pub", {.compression = uWS::DISABLED,
                            .message = [&app](auto *, std::string_view text, uWS::OpCode) {
                              app.publish("bench", text, uWS::OpCode::TEXT);
                            }})
      .listen("127.0.0.1", std::atoi(arguments[1]), [&listens](auto *socket) { listens = socket != nullptr; })
      .run();
  return listens ? 0 : 1;
}
