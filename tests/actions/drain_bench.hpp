#pragma once

#include "action_fixture.hpp"

#include "cfkops/sandbox/cluster.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::test {

/// Lets every mutation through, and remembers when it left.
class TimedRecorder final : public kube::MutationRecorder {
 public:
  /// A mutation and the moment before it left.
  struct Sent {
    std::string verb;
    std::string name;  ///< "shop/web-1"
    MonoTime at;
  };

  explicit TimedRecorder(const Clock& clock)
      : clock_(clock) {}

  Status intend(const kube::Mutation& mutation) override {
    sent.push_back({.verb = mutation.verb,
                    .name = mutation.ns.empty() ? mutation.name : mutation.ns + "/" + mutation.name,
                    .at = clock_.now()});
    if (before) {
      std::exchange(before, nullptr)();
    }
    return {};
  }

  Status record(const kube::Mutation& /*mutation*/, const kube::MutationEffect& effect) override {
    if (!effect.error.empty()) {
      ++refused;
    }
    return {};
  }

  /// The names of the pods that were evicted, in that order; refused attempts count.
  [[nodiscard]] std::vector<std::string> evicted() const {
    std::vector<std::string> names;
    for (const Sent& one : sent) {
      if (one.verb == "evict") {
        names.push_back(one.name);
      }
    }
    return names;
  }

  std::vector<Sent> sent;
  int refused = 0;
  std::function<void()> before;  ///< happens once, just before the next mutation leaves

 private:
  const Clock& clock_;
};

/// Everything that an action is given, on a simulated cluster of six nodes.
class DrainBench {
 public:
  /// `objects` are entries of the scenario's list; `kafka` one of its list of Kafkas, or "".
  explicit DrainBench(const std::string& objects, const std::string& kafka = "")
      : cluster_(begin(objects, kafka)),
        loop(*cluster_, cluster_->clock(), cancel),
        recorder(cluster_->clock()),
        client(loop, {}, recorder) {
    context.ns = "shop";
    context.run_id = "run-1";
    context.who = "ana@desk";
    context.observer = &observer;
    context.deadline = loop.clock().now() + std::chrono::hours(1);
  }

  /// As the engine resolves `ref<Node>`.
  [[nodiscard]] runbook::ValueMap node(const std::string& name) {
    const auto found = client.get(kube::resources::nodes(), "", name);
    EXPECT_TRUE(found);
    return {{"kind", "Node"}, {"namespace", ""}, {"name", name}, {"uid", found->uid()}};
  }

  /// Marks the node as `kubectl cordon` does.
  void cordon(const std::string& name) {
    EXPECT_TRUE(client.patch(kube::resources::nodes(),
                             "",
                             name,
                             *Json::parse(R"({"spec": {"unschedulable": true}})"),
                             {}));
    recorder.sent.clear();
  }

  /// What somebody else does meanwhile, with kubectl: a merge patch of a node.
  void kubectl_patch(const std::string& name, const std::string& body) {
    std::optional<int> status;
    cluster_->submit({.method = "PATCH",
                      .target = "/api/v1/nodes/" + name + "?fieldManager=kubectl",
                      .headers = {{"Content-Type", "application/merge-patch+json"}},
                      .body = body},
                     [&status](const Result<kube::Response>& response) {
                       status = response ? response->status : 0;
                     });
    while (!status) {
      cluster_->pump(loop.clock().now() + std::chrono::seconds(1));
    }
    EXPECT_EQ(*status, 200);
  }

  /// The names of the pods on a node that have this label, as "namespace/name".
  [[nodiscard]] std::vector<std::string> pods_on(const std::string& node,
                                                 const std::string& selector = "") {
    const auto list =
        client.list(kube::resources::pods(),
                    "",
                    {.label_selector = selector, .field_selector = "spec.nodeName=" + node});
    EXPECT_TRUE(list);
    std::vector<std::string> names;
    for (const kube::Object& pod : list->items) {
      names.push_back(pod.ns() + "/" + pod.name());
    }
    return names;
  }

  /// Lets so much time go by.
  void pass(Duration time) { EXPECT_TRUE(loop.pause(time)); }

  engine::Outcome apply(const engine::Action& action, runbook::ValueMap given) {
    return action.apply(context, client, ActionBench::arguments(action.spec(), std::move(given)));
  }

  Result<engine::StepPlan> plan(const engine::Action& action, runbook::ValueMap given) {
    return action.plan(context, client, ActionBench::arguments(action.spec(), std::move(given)));
  }

  [[nodiscard]] sandbox::Cluster& cluster() { return *cluster_; }

 private:
  static std::unique_ptr<sandbox::Cluster> begin(const std::string& objects,
                                                 const std::string& kafka) {
    std::string text =
        "apiVersion: cfkops/v1\nkind: Scenario\nname: it\nnodes: [{count: 6, zones: [a, b, c]}]\n";
    text += kafka.empty() ? "" : "kafka:\n" + kafka;
    text += "objects:\n";
    for (int number = 1; number <= 6; ++number) {
      text += fmt::format(
          "- {{apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: {{name: node-{0}}}, spec: "
          "{{drivers: [{{name: sandbox.cfkops.dev/disk, nodeID: node-{0}}}]}}}}\n",
          number);
    }
    text += "- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n" + objects;
    const auto scenario = sandbox::load_scenario(text, "it");
    if (!scenario) {
      ADD_FAILURE() << scenario.error().front().text();
      std::abort();
    }
    auto cluster = sandbox::Cluster::begin(*scenario, WallTime());
    if (!cluster) {
      ADD_FAILURE() << cluster.error().text();
      std::abort();
    }
    return std::move(*cluster);
  }

  std::unique_ptr<sandbox::Cluster> cluster_;

 public:
  Cancel cancel;
  kube::Loop loop;
  TimedRecorder recorder;
  kube::Client client;
  StepObserver observer;
  engine::Context context;
};

/// A workload of the namespace shop, as an entry of a scenario's objects. `pod` is more of the
/// pod's spec.
inline std::string workload(const std::string& kind,
                            const std::string& name,
                            int replicas,
                            const std::string& pod = "") {
  const std::string count = kind == "DaemonSet" ? "" : fmt::format("replicas: {}, ", replicas);
  const std::string service = kind == "StatefulSet" ? "serviceName: " + name + ", " : "";
  return fmt::format(
      "- {{apiVersion: apps/v1, kind: {0}, metadata: {{name: {1}, namespace: shop}}, spec: {{{2}{3}"
      "selector: {{matchLabels: {{app: {1}}}}}, template: {{metadata: {{labels: {{app: {1}}}}}, "
      "spec: {{terminationGracePeriodSeconds: 5, {4}containers: [{{name: it, image: "
      "shop/it}}]}}}}}}}}\n",
      kind,
      name,
      count,
      service,
      pod);
}

/// A budget over a workload of `workload`.
inline std::string budget(const std::string& name, const std::string& rule) {
  return fmt::format(
      "- {{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: {0}, namespace: "
      "shop}}, spec: {{{1}, selector: {{matchLabels: {{app: {0}}}}}}}}}\n",
      name,
      rule);
}

/// For `workload`: its pods go to node-1.
inline constexpr const char* kHere = "nodeSelector: {kubernetes.io/hostname: node-1}, ";

/// For `DrainBench`: one Kafka with a topic that is written to.
inline constexpr const char* kKafka =
    "- {name: kafka, topics: [{name: orders, partitions: 12, recordsPerSecond: 300, stored: "
    "16Mi}]}\n";

inline constexpr const char* kBroker = "platform.confluent.io/type=kafka";

/// The arguments of a drain that the runbooks give.
inline runbook::ValueMap usual(DrainBench& bench, const std::string& node = "node-1") {
  return {{"node", bench.node(node)}, {"ignore_daemonsets", true}, {"delete_emptydir", true}};
}

/// A node with a broker.
inline std::string broker_node(DrainBench& bench) {
  for (int number = 1; number <= 6; ++number) {
    std::string node = fmt::format("node-{}", number);
    if (!bench.pods_on(node, kBroker).empty()) {
      return node;
    }
  }
  ADD_FAILURE() << "no broker";
  return "";
}

/// A pod of the namespace shop that an earlier process of the run has evicted.
inline std::vector<engine::SentMutation> evicted_earlier(const std::string& pod,
                                                         const std::string& uid) {
  return {{.number = 1,
           .step = "drain",
           .mutation = {.verb = "evict", .ns = "shop", .name = pod, .uid = uid},
           .time = {},
           .known = true,
           .fate = engine::Fate::Applied}};
}

}  // namespace cfkops::test
