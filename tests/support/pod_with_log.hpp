#pragma once

#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::test {

inline constexpr const char* kLogOfPod = "/api/v1/namespaces/confluent/pods/kafka-0/log";

/// Has the namespace confluent have one pod, kafka-0, whose container kafka began on 2026-01-02 at
/// 03:00:00 and has that log.
inline void serve_pod_with_log(ScriptedTransport& transport, const std::string& log) {
  using nlohmann::json;
  const json state = {{"running", {{"startedAt", "2026-01-02T03:00:00Z"}}}};
  const json statuses = json::array({{{"name", "kafka"}, {"state", state}}});
  const json containers = json::array({json{{"name", "kafka"}}});
  const json pod = {{"metadata", {{"name", "kafka-0"}, {"namespace", "confluent"}, {"uid", "u0"}}},
                    {"spec", {{"containers", containers}}},
                    {"status", {{"containerStatuses", statuses}}}};
  transport.on("GET", "/api/v1/namespaces/confluent/pods")
      .reply(200,
             json{{"kind", "PodList"},
                  {"apiVersion", "v1"},
                  {"metadata", {{"resourceVersion", "1"}}},
                  {"items", json::array({pod})}});
  transport.on("GET", kLogOfPod).reply(200, log);
}

}  // namespace cfkops::test
