#pragma once

#include "cfkops/kube/transport.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

/// Another transport, as it is: to lend it to who owns his, and for those that change a part of it.
class ForwardingTransport : public Transport {
 public:
  /// `real` must outlive it.
  explicit ForwardingTransport(Transport& real)
      : real_(real) {}

  ExchangeId submit(Request request, Completion completion) override {
    return real_.submit(std::move(request), std::move(completion));
  }

  ExchangeId stream(Request request, StreamSink& sink) override {
    return real_.stream(std::move(request), sink);
  }

  ExchangeId open_socket(Request request,
                         std::vector<std::string> protocols,
                         SocketSink& sink) override {
    return real_.open_socket(std::move(request), std::move(protocols), sink);
  }

  void send(ExchangeId socket, std::string_view bytes) override { real_.send(socket, bytes); }

  void cancel(ExchangeId exchange) override { real_.cancel(exchange); }

  void pump(MonoTime until) override { real_.pump(until); }

  void wake() noexcept override { real_.wake(); }

  [[nodiscard]] std::string server() const override { return real_.server(); }

  [[nodiscard]] bool simulated() const override { return real_.simulated(); }

 private:
  Transport& real_;
};

}  // namespace cfkops::kube
