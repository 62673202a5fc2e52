#pragma once

#include "app_fixture.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

namespace cfkops::test {

/// The program and a small cluster: it tells its version and who we are, permits everything, and
/// has the config map "a". `script` may change that before a command connects.
struct ClusterBench {
  FakeTerminal terminal;
  std::optional<Cancel> cancel{std::in_place};
  std::function<void(ScriptedTransport&)> script = [](ScriptedTransport& /*transport*/) {};

  /// `words` and the flags of a connection.
  int run_words(std::vector<std::string> words) {
    for (const char* word : {"-s", "https://10.0.0.1:6443", "-n", "confluent"}) {
      words.emplace_back(word);
    }
    auto transport = std::make_unique<ScriptedTransport>();
    transport->on("GET", "/version").reply(200, nlohmann::json{{"gitVersion", "v1.34.4"}});
    transport->on("GET", "/api/v1/namespaces/kube-system")
        .reply(200,
               nlohmann::json{{"kind", "Namespace"},
                              {"metadata", {{"name", "kube-system"}, {"uid", "uid-cluster"}}}});
    transport->on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .reply(201,
               nlohmann::json{{"kind", "SelfSubjectReview"},
                              {"status", {{"userInfo", {{"username", "ana"}}}}}});
    transport->on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        .reply(
            201,
            nlohmann::json{{"kind", "SelfSubjectAccessReview"}, {"status", {{"allowed", true}}}});
    transport->on("GET", "/api/v1/namespaces/confluent/configmaps/a")
        .reply(200,
               nlohmann::json{{"apiVersion", "v1"},
                              {"kind", "ConfigMap"},
                              {"metadata", {{"name", "a"}, {"uid", "uid-a"}}}});
    script(*transport);
    VirtualClock& clock = transport->clock();
    // Run ids of one moment differ by two digits of chance alone: each run has its own moment.
    clock.advance(std::chrono::milliseconds(10) * ran_++);
    return cli::run(
        words,
        {.terminal = terminal,
         .clock = clock,
         .cancel = *cancel,
         .connect = [&transport](const kube::ClientConfig& /*config*/)
             -> Result<std::unique_ptr<kube::Transport>> { return std::move(transport); },
         .watch_signals = [] {}});
  }

 private:
  int ran_ = 0;
};

}  // namespace cfkops::test
