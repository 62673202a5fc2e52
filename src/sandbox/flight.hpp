#pragma once

#include "api/api_server.hpp"
#include "api/responder.hpp"
#include "timeline.hpp"

#include "cfkops/kube/transport.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

/// A connection that broke before the answer was there, or in its middle.
[[nodiscard]] Error connection_lost(const kube::Request& request);

/// One exchange of a client with the API server. What the server says is told to the client later,
/// through `Road`, so that neither is called from within the other.
class Flight final : public Responder, public SocketPeer {
 public:
  /// What is to be done with the flight, if it is still there then.
  using Step = std::function<void(Flight&)>;
  using Road = std::function<void(Step)>;

  Flight(kube::Request request, Road road);

  /// Exactly one of these says who waits.
  void expect(kube::Transport::Completion completion) { completion_ = std::move(completion); }

  void expect(kube::StreamSink& sink) { stream_ = &sink; }

  void expect(kube::SocketSink& sink) { socket_ = &sink; }

  /// The server takes it.
  void reach(ApiServer& server);

  /// The client has no more interest in it, or has been told all.
  void leave(ApiServer& server);

  [[nodiscard]] const kube::Request& request() const { return request_; }

  [[nodiscard]] bool is_socket() const { return socket_ != nullptr; }

  /// Nothing more is told to the client; the flight can be dropped.
  [[nodiscard]] bool done() const { return done_; }

  /// Tells the client that it broke off.
  void fail(const Error& error);

  /// The same, when word of it has got there.
  void lose(Error error);

  /// The server's answer before it has looked at the request, also where a socket was asked for.
  void turn_away(kube::Response response);

  void answer(kube::Response response) override;
  void head(kube::Response head) override;
  void data(std::string_view bytes) override;
  void end() override;
  void break_off() override;

  void refuse(kube::Response response) override;
  void open(std::string_view protocol) override;
  void message(std::string_view bytes) override;
  void close(int code) override;

 private:
  void tell_answer(kube::Response response);
  void tell_head(const kube::Response& head);
  void tell_data(std::string_view bytes);
  void tell_end();

  kube::Request request_;
  Road road_;
  kube::Transport::Completion completion_ = {};
  kube::StreamSink* stream_ = nullptr;
  kube::SocketSink* socket_ = nullptr;
  ApiServer::Id served_ = 0;
  bool ended_ = false;             ///< the server has said all
  bool done_ = false;              ///< the client was told all
  kube::Response collected_ = {};  ///< of a streamed answer that is wanted whole
};

}  // namespace cfkops::sandbox
