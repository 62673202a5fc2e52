#pragma once

#include "support/certificates.hpp"
#include "support/http_server.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/kube/curl_transport.hpp"
#include "cfkops/kube/kubeconfig.hpp"
#include "cfkops/kube/transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::kube {

/// Answers each run with the next outcome of a list, the last one over and over, and records the
/// requests.
class FakeProcess final : public base::Process {
 public:
  Result<base::ProcessOutcome> run(const base::ProcessRequest& request) override {
    requests.push_back(request);
    if (outcomes.empty()) {
      return make_error(ErrorCode::NotFound, "no such program");
    }
    return outcomes[std::min(requests.size(), outcomes.size()) - 1];
  }

  std::vector<base::ProcessRequest> requests;
  std::vector<Result<base::ProcessOutcome>> outcomes;
};

/// Records what a stream tells.
class RecordingStream final : public StreamSink {
 public:
  void on_head(const Response& head) override { status = head.status; }

  void on_data(std::string_view bytes) override {
    data += bytes;
    if (on_bytes) {
      on_bytes();
    }
  }

  void on_end(const Status& outcome) override { end = outcome; }

  int status = 0;
  std::string data;
  std::optional<Status> end;
  std::function<void()> on_bytes;
};

/// Records what a WebSocket tells.
class RecordingSocket final : public SocketSink {
 public:
  void on_open(std::string_view chosen) override { protocol = std::string(chosen); }

  void on_message(std::string_view bytes) override { messages.emplace_back(bytes); }

  void on_close(const Result<int>& outcome) override { closed = outcome; }

  std::optional<std::string> protocol;
  std::vector<std::string> messages;
  std::optional<Result<int>> closed;
};

/// The CA of all test servers.
inline const test::CertificateAuthority& test_ca() {
  static const test::CertificateAuthority authority;
  return authority;
}

/// Serves TLS with a certificate of the test CA for 127.0.0.1 and localhost.
inline test::HttpServerOptions serving_tls() {
  return {.identity = test_ca().issue()};
}

/// Trusts the test CA and shows the token "secret-token".
inline ClientConfig config_for(const test::HttpServer& server) {
  ClientConfig config;
  config.cluster.server = server.url();
  config.cluster.ca_pem = test_ca().pem();
  config.user.token = Redacted("secret-token");
  config.source = "the-kubeconfig";
  return config;
}

/// The stanza of an exec plug-in named get-token.
inline ExecPlugin token_plugin() {
  ExecPlugin plugin;
  plugin.api_version = "client.authentication.k8s.io/v1";
  plugin.command = "get-token";
  plugin.install_hint = "install get-token from example.org";
  plugin.interactive_mode = "Never";
  return plugin;
}

/// What it answers.
inline base::ProcessOutcome token_answer(const std::string& token) {
  return {.exit_code = 0,
          .output = R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
                    R"("status":{"token":")" +
                    token + "\"}}",
          .error_output = ""};
}

/// Shows the server what the plug-in gives.
inline ClientConfig with_plugin(const test::HttpServer& server) {
  ClientConfig config = config_for(server);
  config.user = {};
  config.user.exec = token_plugin();
  return config;
}

/// A port of the loopback on which nobody listens.
inline int closed_port() {
  const test::HttpServer gone([](test::HttpConversation&) {});
  return gone.port();
}

/// A transport of the real kind and what it borrows.
class TransportHarness {
 public:
  explicit TransportHarness(const ClientConfig& config) {
    Result<std::unique_ptr<Transport>> made = make_curl_transport(config, clock, process);
    EXPECT_TRUE(made.has_value());
    transport = *std::move(made);
  }

  /// Pumps until `done`, at most ten seconds.
  bool pump_until(const std::function<bool()>& done) const {
    const MonoTime limit = clock.now() + std::chrono::seconds(10);
    while (!done() && clock.now() < limit) {
      transport->pump(limit);
    }
    return done();
  }

  Result<Response> exchange(Request request) const {
    std::optional<Result<Response>> outcome;
    transport->submit(std::move(request),
                      [&outcome](Result<Response> result) { outcome = std::move(result); });
    if (!pump_until([&outcome] { return outcome.has_value(); })) {
      return make_error(ErrorCode::Internal, "the test gave up waiting");
    }
    return *outcome;
  }

  Result<Response> get(const std::string& target) const { return exchange({.target = target}); }

  base::SystemClock clock;
  FakeProcess process;
  std::unique_ptr<Transport> transport;
};

}  // namespace cfkops::kube
