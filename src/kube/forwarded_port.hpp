#pragma once

#include "cfkops/kube/client.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::kube {

/// One TCP connection to a pod over a WebSocket (v4.channel.k8s.io): channel 0 carries the data,
/// channel 1 what went wrong; both begin with the port as two bytes, low byte first. The loop must
/// outlive it.
class ForwardedPort final : public PodConnection, private SocketSink {
 public:
  static constexpr std::size_t kMaxUnread = std::size_t{16} << 20U;

  ForwardedPort(Loop& loop, int port, std::string what)
      : loop_(loop),
        port_(port),
        what_(std::move(what)) {}

  ForwardedPort(const ForwardedPort&) = delete;
  ForwardedPort& operator=(const ForwardedPort&) = delete;
  ~ForwardedPort() override;

  /// Returns once the upgrade succeeded; a time-out of zero is none. Errors: what the server or the
  /// transport says; Timeout.
  Status open(Request request, Duration timeout);

  void write(std::string_view bytes) override;
  Result<std::string> read(MonoTime deadline) override;

 private:
  void on_open(std::string_view protocol) override;
  void on_message(std::string_view bytes) override;

  void on_close(const Result<int>& outcome) override { closed_ = outcome; }

  /// Takes the port off the front of a channel.
  std::string_view strip_prefix(std::size_t channel, std::string_view bytes);
  [[nodiscard]] Error failure() const;

  Loop& loop_;
  int port_;
  std::string what_;
  ExchangeId socket_ = 0;
  bool opened_ = false;
  std::array<std::string, 2> prefixes_;
  std::string data_;
  std::string trouble_;  ///< the text of the error channel
  std::optional<Error> broken_;
  std::optional<Result<int>> closed_;
};

}  // namespace cfkops::kube
