#pragma once

#include "cfkops/kube/client.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// One command over the channel protocol (v5.channel.k8s.io; without input also v4): each message
/// is a channel number and bytes. What the command came to is what the server's Status says, never
/// how the socket closed.
class ExecSession final : public SocketSink {
 public:
  static constexpr std::size_t kMaxOutput = std::size_t{16} << 20U;

  ExecSession(Transport& transport, std::string_view input)
      : transport_(transport),
        input_(input) {}

  /// Must be told which socket it is before anything can arrive.
  void set_socket(ExchangeId socket) { socket_ = socket; }

  /// What to offer the server, best first.
  [[nodiscard]] std::vector<std::string> protocols() const;

  void on_open(std::string_view protocol) override;
  void on_message(std::string_view bytes) override;

  void on_close(const Result<int>& outcome) override { closed_ = outcome; }

  [[nodiscard]] bool opened() const { return opened_; }

  [[nodiscard]] bool closed() const { return closed_.has_value(); }

  [[nodiscard]] bool has_status() const;

  /// Nothing more will change the result, except output that is still on its way.
  [[nodiscard]] bool over() const { return closed() || broken_ || has_status(); }

  /// Errors: Unknown without a Status; what the Status or the refused upgrade says.
  [[nodiscard]] Result<ExecOutcome> result(const std::string& what);

 private:
  void send_input();
  void add(std::string& output, std::string_view bytes);
  [[nodiscard]] Error without_status() const;
  [[nodiscard]] Error refusal() const;

  Transport& transport_;
  std::string_view input_;
  ExchangeId socket_ = 0;
  bool opened_ = false;
  ExecOutcome outcome_;
  std::string status_;
  std::optional<Error> broken_;
  std::optional<Result<int>> closed_;
};

}  // namespace cfkops::kube
