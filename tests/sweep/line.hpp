#pragma once

#include "cfkops/kube/transport.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::test {

/// The line from one life of a run to its cluster, which outlives it. Borrows the cluster.
class Line final : public kube::Transport {
 public:
  /// Told of each request before it leaves, with its number in this life from 1; may throw, as if
  /// the sender had died there.
  using Listener = std::function<void(const kube::Request&, std::uint64_t)>;

  Line(kube::Transport& cluster, Listener before)
      : cluster_(cluster),
        before_(std::move(before)) {}

  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Whatever is under way is forgotten, as when a process dies.
  ~Line() override;

  [[nodiscard]] std::uint64_t requests() const { return requests_; }

  /// How many watches, logs and other streams were opened and not cancelled.
  [[nodiscard]] std::size_t streams() const { return streams_.size(); }

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
  kube::Transport& cluster_;
  Listener before_;
  std::uint64_t requests_ = 0;
  std::set<kube::ExchangeId> open_;
  std::set<kube::ExchangeId> streams_;  ///< of those
};

}  // namespace cfkops::test
