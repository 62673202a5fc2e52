#include "broken_flight.hpp"

#include <chrono>
#include <utility>

namespace cfkops::sandbox {

namespace {

// So long after the client has given up an unanswered request takes effect.
constexpr Duration kTooLate = std::chrono::seconds(1);

/// The client's end of a request that nobody waits for any more.
class Nobody final : public Responder, public SocketPeer {
 public:
  void answer(kube::Response /*response*/) override {}

  void head(kube::Response /*head*/) override {}

  void data(std::string_view /*bytes*/) override {}

  void end() override {}

  void refuse(kube::Response /*response*/) override {}

  void open(std::string_view /*protocol*/) override {}

  void message(std::string_view /*bytes*/) override {}

  void close(int /*code*/) override {}
};

void serve_nobody(const kube::Request& request, bool is_socket, ApiServer& server) {
  Nobody nobody;
  if (is_socket) {
    server.connect(request, nobody);
  } else {
    server.cancel(server.handle(request, nobody));
  }
}

Error refused_connection(const kube::Request& request) {
  return make_error(ErrorCode::Unreachable,
                    "connection refused",
                    "is the API server running? try again in a moment")
      .in(request.method + " " + request.target);
}

/// It takes effect when the client has given up, be the exchange still there or not.
void arrive_late(Flight& flight, Duration silence, ApiServer& server, Timeline& timeline) {
  const kube::Request& request = flight.request();
  const bool has_limit = request.timeout > Duration::zero();
  const Duration given_up = has_limit ? request.timeout : silence;
  timeline.after(given_up + kTooLate, [request, is_socket = flight.is_socket(), &server] {
    serve_nobody(request, is_socket, server);
  });
  // Else the client's own limit ends it.
  if (!has_limit) {
    flight.lose(connection_lost(request));
  }
}

}  // namespace

Flight::Road road_under(const RequestFate& fate, Flight::Road road) {
  if (fate.what != RequestFate::What::LoseAnswer) {
    return road;
  }
  return [road = std::move(road)](const Flight::Step& /*lost*/) {
    road([](Flight& flight) { flight.fail(connection_lost(flight.request())); });
  };
}

void arrive(Flight& flight, const RequestFate& fate, ApiServer& server, Timeline& timeline) {
  switch (fate.what) {
    case RequestFate::What::Pass:
    case RequestFate::What::LoseAnswer:
      flight.reach(server);
      return;
    case RequestFate::What::Refuse:
      flight.turn_away(fate.answer);
      return;
    case RequestFate::What::LoseRequest:
      flight.lose(connection_lost(flight.request()));
      return;
    case RequestFate::What::NoAnswer:
      arrive_late(flight, fate.delay, server, timeline);
      return;
    case RequestFate::What::Unreachable:
      flight.lose(refused_connection(flight.request()));
      return;
  }
}

}  // namespace cfkops::sandbox
