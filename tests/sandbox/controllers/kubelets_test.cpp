#include "controllers/cluster_objects.hpp"
#include "controllers/lost_node.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Notes what it is told, and says what it was told to.
class Told final : public Program {
 public:
  [[nodiscard]] bool runs_in(const Value& /*pod*/) const override { return true; }

  [[nodiscard]] Duration start_delay(const Value& /*pod*/) const override { return seconds(1); }

  void start(const Value& /*pod*/) override {
    calls.emplace_back("start");
    code.reset();
  }

  Duration stop(const Value& /*pod*/) override {
    calls.emplace_back("stop");
    return seconds(4);
  }

  void end(const Value& /*pod*/) override { calls.emplace_back("end"); }

  [[nodiscard]] bool is_ready(const Value& /*pod*/) const override { return ready; }

  [[nodiscard]] std::optional<int> exited(const Value& /*pod*/) const override { return code; }

  [[nodiscard]] std::string log(const Value& /*pod*/,
                                std::string_view /*container*/,
                                bool /*previous*/) const override {
    return {};
  }

  [[nodiscard]] std::optional<kube::Response> serve(const Value& /*pod*/,
                                                    int /*port*/,
                                                    const kube::Request& /*request*/) override {
    return std::nullopt;
  }

  [[nodiscard]] std::optional<ExecResult> exec(
      const Value& /*pod*/,
      std::string_view /*container*/,
      const std::vector<std::string>& /*command*/) override {
    return std::nullopt;
  }

  std::vector<std::string> calls;
  bool ready = false;
  std::optional<int> code;
};

class KubeletsTest : public testing::Test {
 protected:
  KubeletsTest() {
    auto told = std::make_unique<Told>();
    program = told.get();
    programs.add(std::move(told));
    controllers.push_back(kubelets(registry, programs));
    controllers.push_back(node_controller(registry));
    for (const auto& one : controllers) {
      store.listen([&one = *one](const Change& change) { one.on_change(change); });
    }
    make("namespaces", {}, R"({"metadata":{"name":"a"}})");
    make("namespaces", {}, R"({"metadata":{"name":"kube-node-lease"}})");
    make("serviceaccounts", "a", R"({"metadata":{"name":"default"}})");
    make("nodes",
         {},
         R"({"metadata":{"name":"n","annotations":{"sandbox.cfkops.dev/kubelet":"true"}}})");
    make("nodes",
         {},
         R"({"metadata":{"name":"o","annotations":{"sandbox.cfkops.dev/kubelet":"true"}}})");
    pass(seconds(1));
    make("pods",
         "a",
         R"({"metadata":{"name":"p"},
             "spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  }

  void make(const std::string& bucket, const std::string& ns, const std::string& object) {
    ASSERT_TRUE(create_stored(registry, bucket, ns, Value::parse(object), {})) << object;
  }

  void pass(Duration time) { timeline.advance_to(timeline.now() + time); }

  void say_ready(bool ready) {
    program->ready = ready;
    programs.changed("a", "p");
    pass(milliseconds(10));
  }

  Shared pod() { return stored(registry, "pods", "a", "p"); }

  std::string pod_ready() {
    const Shared now = pod();
    return text_at(*condition_of(*now, "Ready"), {"status"});
  }

  Value container() {
    const Shared now = pod();
    return list_at(*now, {"status", "containerStatuses"}).front();
  }

  Store store;
  KindTable kinds;
  Timeline timeline{WallTime(seconds(1795709283))};
  Random random{1};
  Registry registry{store, kinds, timeline, random};
  Programs programs;
  Told* program = nullptr;
  std::vector<std::unique_ptr<Controller>> controllers;
};

TEST_F(KubeletsTest, PostWhatAProgramSays) {
  pass(seconds(2));
  EXPECT_EQ(program->calls, std::vector<std::string>{"start"});
  EXPECT_EQ(pod_ready(), "False");
  say_ready(true);
  EXPECT_EQ(pod_ready(), "True");
  say_ready(false);
  EXPECT_EQ(pod_ready(), "False");
}

TEST_F(KubeletsTest, StopWithinTheProgramsTime) {
  pass(seconds(2));
  say_ready(true);
  ASSERT_TRUE(
      delete_stored(registry, key_of("pods", *pod()), uid_of(*pod()), {}, as_controller("test")));
  pass(seconds(1));
  say_ready(false);
  EXPECT_EQ(pod_ready(), "False");
  pass(seconds(2));
  EXPECT_NE(pod(), nullptr);
  pass(seconds(1));
  EXPECT_EQ(pod(), nullptr);
  EXPECT_EQ(program->calls, (std::vector<std::string>{"start", "stop", "end"}));
}

TEST_F(KubeletsTest, RestartWhatEndsWithBackOff) {
  pass(seconds(2));
  for (int crash = 0; crash < 2; ++crash) {
    program->code = 3;
    programs.changed("a", "p");
    pass(milliseconds(50));
  }
  EXPECT_EQ(number_at(container(), {"restartCount"}), 1);
  EXPECT_EQ(text_at(container(), {"state", "waiting", "reason"}), "CrashLoopBackOff");
  EXPECT_EQ(number_at(container(), {"lastState", "terminated", "exitCode"}), 3);
  pass(seconds(10));
  EXPECT_EQ(number_at(container(), {"restartCount"}), 2);
}

TEST_F(KubeletsTest, FindNoImageInTheRegistryThatHasNone) {
  make("pods",
       "a",
       R"({"metadata":{"name":"q"},"spec":{"nodeName":"n",
           "containers":[{"name":"c","image":"missing.sandbox.cfkops.dev/web:2"}]}})");
  pass(minutes(1));
  const Shared there = stored(registry, "pods", "a", "q");
  const Value& first = list_at(*there, {"status", "containerStatuses"}).at(0);
  const std::string reason = text_at(first, {"state", "waiting", "reason"});
  EXPECT_TRUE(reason == "ErrImagePull" || reason == "ImagePullBackOff") << reason;
}

TEST_F(KubeletsTest, EndTheProgramOfAPodThatIsForcedAway) {
  pass(seconds(2));
  ASSERT_TRUE(delete_stored(
      registry, key_of("pods", *pod()), uid_of(*pod()), {}, as_controller("test"), 0));
  pass(seconds(1));
  EXPECT_EQ(program->calls.back(), "end");
}

TEST_F(KubeletsTest, FallSilentWithTheirNode) {
  pass(seconds(2));
  say_ready(true);
  ASSERT_TRUE(set_lost(registry, "n", true));
  pass(seconds(1));
  EXPECT_EQ(program->calls.back(), "end");
  program->ready = false;
  EXPECT_EQ(pod_ready(), "True");
  pass(seconds(60));
  EXPECT_EQ(text_at(*condition_of(*stored(registry, "nodes", {}, "n"), "Ready"), {"status"}),
            "Unknown");
  EXPECT_EQ(pod_ready(), "False");
  pass(minutes(4));
  EXPECT_FALSE(is_deleting(*pod()));
  ASSERT_TRUE(set_lost(registry, "n", false));
  pass(seconds(1));
  EXPECT_EQ(program->calls.back(), "start");
  EXPECT_EQ(number_at(container(), {"restartCount"}), 1);
  say_ready(true);
  EXPECT_EQ(pod_ready(), "True");
  EXPECT_EQ(list_at(*stored(registry, "nodes", {}, "n"), {"spec", "taints"}), Value::array());
}

TEST_F(KubeletsTest, LoseTheirPodsToTheTaint) {
  pass(seconds(2));
  ASSERT_TRUE(set_lost(registry, "n", true));
  pass(minutes(7));
  ASSERT_NE(pod(), nullptr);
  EXPECT_TRUE(is_deleting(*pod()));
  EXPECT_NE(condition_of(*pod(), "DisruptionTarget"), nullptr);
}

TEST_F(KubeletsTest, LoseNoPodsWhenAllAreSilent) {
  pass(seconds(2));
  ASSERT_TRUE(set_lost(registry, "n", true));
  ASSERT_TRUE(set_lost(registry, "o", true));
  pass(minutes(9));
  EXPECT_FALSE(is_deleting(*pod()));
}

}  // namespace
}  // namespace cfkops::sandbox
