#pragma once

#include "support/matchers.hpp"
#include "support/scripted_transport.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/logs/collect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace cfkops::logs {

using nlohmann::json;
using std::chrono::seconds;
using test::HasError;
using test::IsOk;
using testing::HasSubstr;

/// A server with pods, whose logs a test says. Its clock stands at 2026-01-02T03:04:05Z.
class CollectTest : public testing::Test {
 protected:
  CollectTest() {
    transport.on("GET", "/api/v1/namespaces/a/pods").handle([this](const kube::Request&) {
      return test::reply(200,
                         json{{"kind", "PodList"},
                              {"apiVersion", "v1"},
                              {"metadata", {{"resourceVersion", "1"}}},
                              {"items", pods}});
    });
    request.selection.namespaces = {"a"};
    request.context = false;
    request.salt = "salt";
    request.name = (folder.path() / "logs.tar.zst").string();
  }

  /// A pod with one container "c" that began at 03:00:00.
  static json pod(const std::string& name) {
    return {{"metadata", {{"name", name}, {"namespace", "a"}, {"uid", "uid-" + name}}},
            {"spec", {{"nodeName", "n1"}, {"containers", {{{"name", "c"}}}}}},
            {"status",
             {{"containerStatuses",
               {{{"name", "c"},
                 {"restartCount", 0},
                 {"state", {{"running", {{"startedAt", "2026-01-02T03:00:00Z"}}}}}}}}}}};
  }

  test::Rule& log(const std::string& pod, const std::string& query = "") {
    return transport.on("GET", "/api/v1/namespaces/a/pods/" + pod + "/log" + query);
  }

  /// "2026-01-02T03:00:07.000000001Z text\n"
  static std::string line(int second, const std::string& text) {
    return "2026-01-02T03:0" + std::to_string(second / 60) + ":" + (second % 60 < 10 ? "0" : "") +
           std::to_string(second % 60) + ".000000001Z " + text + "\n";
  }

  Result<Collection> collect_now() {
    auto store = folder_store(request.name);
    EXPECT_THAT(store, IsOk());
    return collect(reader, **store, request, {});
  }

  const CollectedLog& only(const Result<Collection>& collection) {
    EXPECT_THAT(collection, IsOk());
    EXPECT_EQ(collection->logs.size(), 1U);
    return collection->logs.at(0);
  }

  test::TempDir folder;
  test::ScriptedTransport transport;
  Cancel cancel;
  kube::Loop loop{transport, transport.clock(), cancel};
  kube::Reader reader{loop, {}};
  CollectRequest request;
  std::vector<json> pods = {pod("p")};
};

}  // namespace cfkops::logs
