#pragma once

#include "request_target.hpp"

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// The line from a run to its simulated cluster. It notes what is sent, and can be cut: then
/// nothing leaves any more, as if the sender had died.
class Wire final : public kube::Transport {
 public:
  using Listener = std::function<void(const kube::Request&, std::uint64_t)>;
  /// Told how the request of that number ended.
  using AnswerListener = std::function<void(std::uint64_t, const Result<kube::Response>&)>;

  /// Borrows the cluster. `tired` is called where a wait would last beyond `end`.
  Wire(sandbox::Cluster& cluster, MonoTime end, std::function<void()> tired);

  /// Is told of each request before it leaves, with its number from 1, and of the answers to those
  /// that are meant to change something.
  void listen(Listener sent, AnswerListener answered);

  /// From now on every request is answered Unreachable at once.
  void cut() { cut_ = true; }

  kube::ExchangeId submit(kube::Request request, Completion completion) override;
  kube::ExchangeId stream(kube::Request request, kube::StreamSink& sink) override;
  kube::ExchangeId open_socket(kube::Request request,
                               std::vector<std::string> protocols,
                               kube::SocketSink& sink) override;
  void send(kube::ExchangeId socket, std::string_view bytes) override;
  void cancel(kube::ExchangeId exchange) override;
  void pump(MonoTime until) override;
  void wake() noexcept override;
  [[nodiscard]] std::string server() const override;

  [[nodiscard]] bool simulated() const override { return true; }

 private:
  /// What is still to be said of a request that did not leave.
  struct Unsent {
    kube::ExchangeId id;
    std::function<void()> say;
  };

  std::uint64_t note(const kube::Request& request);
  kube::ExchangeId refuse(std::function<void()> say);

  sandbox::Cluster& cluster_;
  MonoTime end_;
  std::function<void()> tired_;
  Listener sent_;
  AnswerListener answered_;
  std::uint64_t requests_ = 0;
  kube::ExchangeId last_unsent_;
  std::deque<Unsent> unsent_;
  bool cut_ = false;
  bool over_ = false;
};

}  // namespace cfkops::rehearse
