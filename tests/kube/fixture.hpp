#pragma once

#include "support/matchers.hpp"
#include "support/memory_recorder.hpp"
#include "support/scripted_transport.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/kube/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::kube {

/// Remembers what it is told.
class MemoryListener final : public RetryListener {
 public:
  void on_retry(const std::string& what, Duration wait) override {
    retries.push_back(what);
    waits.push_back(wait);
  }

  void on_warning(const std::string& text) override { warnings.push_back(text); }

  std::vector<std::string> retries;
  std::vector<Duration> waits;
  std::vector<std::string> warnings;
};

/// A client of a scripted server.
class KubeTest : public testing::Test {
 protected:
  static nlohmann::json pod(const std::string& name,
                            const std::string& uid,
                            const std::string& resource_version = "10") {
    return {{"apiVersion", "v1"},
            {"kind", "Pod"},
            {"metadata",
             {{"name", name},
              {"namespace", "confluent"},
              {"uid", uid},
              {"resourceVersion", resource_version}}}};
  }

  static nlohmann::json pod_list(const std::vector<nlohmann::json>& items,
                                 const std::string& resource_version = "100",
                                 const std::string& next = "") {
    nlohmann::json bare = nlohmann::json::array();
    for (nlohmann::json item : items) {
      item.erase("apiVersion");
      item.erase("kind");
      bare.push_back(std::move(item));
    }
    nlohmann::json metadata = {{"resourceVersion", resource_version}};
    if (!next.empty()) {
      metadata["continue"] = next;
    }
    return {{"kind", "PodList"}, {"apiVersion", "v1"}, {"metadata", metadata}, {"items", bare}};
  }

  MonoTime in(Duration duration) { return transport.clock().now() + duration; }

  test::ScriptedTransport transport;
  Cancel cancel;
  Loop loop{transport, transport.clock(), cancel};
  MemoryListener listener;
  test::MemoryRecorder recorder;
  ReaderOptions options{.listener = &listener};
  Client client{loop, options, recorder};

  const std::string kPod = "/api/v1/namespaces/confluent/pods/kafka-0";
  const std::string kPods = "/api/v1/namespaces/confluent/pods";
};

}  // namespace cfkops::kube
