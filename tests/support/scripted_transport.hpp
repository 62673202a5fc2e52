#pragma once

#include "support/scripted_answer.hpp"
#include "support/virtual_clock.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/error.hpp"
#include "cfkops/kube/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cfkops::test {

/// The server's end of an open WebSocket.
class SocketPeer {
 public:
  virtual ~SocketPeer() = default;
  virtual void send(std::string bytes, Duration delay = {}) = 0;
  virtual void close(int code = 1000, Duration delay = {}) = 0;
  virtual void fail(Error error, Duration delay = {}) = 0;
};

/// What answers requests of one kind: a list of answers, of which the last is given for ever, or a
/// handler.
class Rule {
 public:
  using Handler = std::function<Answer(const kube::Request&)>;
  using MessageHandler = std::function<void(SocketPeer&, std::string_view)>;

  Rule& reply(int status, std::string body = {}, std::vector<kube::Header> headers = {});

  template <JsonValue T>
  Rule& reply(int status, const T& body, std::vector<kube::Header> headers = {}) {
    return reply(status, text_of(body), std::move(headers));
  }

  Rule& refuse(int status, const std::string& reason, const std::string& message);
  Rule& fail(ErrorCode code, const std::string& message = {});
  Rule& hang();

  /// The next answer, written out.
  Rule& then(Answer answer);

  /// Asks the handler; it may look at the request and change what the test knows as the cluster.
  Rule& handle(Handler handler);

  /// Delays the answer given last.
  Rule& after(Duration delay);

  /// A stream of these pieces; `.open()` keeps it open, `.fail_with()` breaks it.
  Rule& stream(std::vector<std::string> pieces);
  Rule& piece(Duration wait, std::string bytes);
  Rule& open();
  Rule& fail_with(Error error);

  /// A WebSocket; `on_message` is called for each message of the client, and with "" when it opens.
  Rule& socket(std::string protocol, MessageHandler on_message);

 private:
  friend class ScriptedTransport;

  Rule(std::string method, std::string target)
      : method_(std::move(method)),
        target_(std::move(target)) {}

  [[nodiscard]] bool matches(const kube::Request& request) const;
  Answer next(const kube::Request& request);
  Answer& last();

  std::string method_;
  std::string target_;
  std::vector<std::variant<Answer, Handler>> answers_;
  std::size_t position_ = 0;
  MessageHandler on_message_;
};

/// One call as the transport saw it.
struct Call {
  kube::Request request;
  MonoTime at;
  bool stream = false;
  std::vector<std::string> protocols;

  /// "GET /api/v1/pods?limit=500"
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// A server made of rules, on a clock that it moves itself: waiting costs nothing and is exact.
///
///     ScriptedTransport transport;
///     transport.on("GET", "/api/v1/nodes/n1").reply(200, node).then(refuse(404, "NotFound", "…"));
///     transport.on("POST", "/api/v1/namespaces/*").handle([](const Request& r) { return reply(201,
///     r.body); });
///
/// A target without '?' matches any query; a '*' at its end matches any rest. Later rules win. A
/// request that no rule matches fails the test and answers 404.
class ScriptedTransport final : public kube::Transport {
 public:
  ScriptedTransport();
  ~ScriptedTransport() override;

  [[nodiscard]] VirtualClock& clock() { return clock_; }

  Rule& on(const std::string& method, const std::string& target);

  /// The next request must be this one: ordered expectations go before all rules, each serves one
  /// request.
  Rule& expect(const std::string& method, const std::string& target);

  /// Whether every `expect` was met.
  [[nodiscard]] bool all_met() const { return expected_.empty(); }

  /// Makes call number `n` (from 1, streams and sockets included) go wrong.
  void break_call(std::size_t n, Fault fault);

  /// Makes every call fail with Unreachable while it is set.
  void set_down(bool down) { down_ = down; }

  /// Runs `action` when the clock has come so far: the world beside the client.
  void at(Duration since_start, std::function<void()> action);

  /// Moves the clock and delivers what falls due.
  void advance(Duration duration);

  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }

  [[nodiscard]] std::vector<std::string> log() const;

  void forget_calls() { calls_.clear(); }

  /// Exchanges without an end yet.
  [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }

  /// Speaks on every open stream.
  void push(const std::string& bytes);
  void end_streams(const Status& outcome = {});

  kube::ExchangeId submit(kube::Request request, Completion completion) override;
  kube::ExchangeId stream(kube::Request request, kube::StreamSink& sink) override;
  kube::ExchangeId open_socket(kube::Request request,
                               std::vector<std::string> protocols,
                               kube::SocketSink& sink) override;
  void send(kube::ExchangeId socket, std::string_view bytes) override;
  void cancel(kube::ExchangeId exchange) override;
  void pump(MonoTime until) override;

  void wake() noexcept override { woken_ = true; }

  [[nodiscard]] std::string server() const override { return "https://10.0.0.1:6443"; }

 private:
  struct Flight;
  class Peer;
  using Action = std::function<void(Flight&)>;

  /// Something that falls due; `id` 0 is not of an exchange.
  struct Event {
    kube::ExchangeId id = 0;
    Action action;
    std::function<void()> errand;
  };

  kube::ExchangeId start(std::unique_ptr<Flight> flight);
  void limit(kube::ExchangeId id, Duration timeout);
  Rule* rule_for(const kube::Request& request);
  Answer answer_for(Flight& flight);
  void schedule(MonoTime when, kube::ExchangeId id, Action action);
  void play(kube::ExchangeId id, const Answer& answer);
  MonoTime play_stream(kube::ExchangeId id, const Answer& answer, MonoTime when);
  void play_socket(kube::ExchangeId id, const Answer& answer, MonoTime when);
  void end_at(MonoTime when, kube::ExchangeId id, const Status& outcome);
  std::unique_ptr<Flight> take(kube::ExchangeId id);
  void deliver(const Event& event);
  bool run_due();

  VirtualClock clock_;
  std::vector<std::unique_ptr<Rule>> rules_;
  std::vector<std::unique_ptr<Rule>> expected_;
  std::vector<std::unique_ptr<Rule>> met_;
  std::map<std::size_t, Fault> faults_;
  std::vector<Call> calls_;
  std::map<kube::ExchangeId, std::unique_ptr<Flight>> flights_;
  std::multimap<MonoTime, Event> events_;
  std::size_t call_number_ = 0;
  kube::ExchangeId last_id_ = 0;
  bool woken_ = false;
  bool down_ = false;
};

}  // namespace cfkops::test
