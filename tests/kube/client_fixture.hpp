#pragma once

#include "fixture.hpp"

#include "cfkops/kube/client.hpp"

#include <string>

namespace cfkops::kube {

using nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;
using test::Fault;
using test::HasError;
using test::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;

inline constexpr const char* kWrite = "?fieldManager=cfkops&fieldValidation=Strict";

class ClientTest : public KubeTest {
 protected:
  ClientTest() { transport.on("GET", kPod).reply(200, pod("kafka-0", "u0")); }

  static Json parsed(const std::string& text) { return *Json::parse(text); }

  static std::string success() { return R"({"kind":"Status","status":"Success"})"; }

  Status evict(const Precondition& precondition = {"u0", ""}) {
    return client.evict("confluent", "kafka-0", precondition);
  }

  Status remove(const Precondition& precondition = {"u0", ""}) {
    return client.remove(resources::pods(), "confluent", "kafka-0", {.precondition = precondition});
  }

  Result<Object> patch(const std::string& body, const PatchOptions& how) {
    return client.patch(resources::pods(), "confluent", "kafka-0", parsed(body), how);
  }

  nlohmann::json sent(std::size_t call) {
    return nlohmann::json::parse(transport.calls().at(call).request.body);
  }

  const MutationEffect& effect() { return recorder.effects.at(0); }

  const std::string kEviction = kPod + "/eviction";
};

}  // namespace cfkops::kube
