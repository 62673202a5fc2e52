#include "node_joined.hpp"

#include "cluster_view.hpp"
#include "owner.hpp"
#include "probe_pod.hpp"
#include "upgrade_use.hpp"
#include "version_range.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using nlohmann::json;

constexpr const char* kCordonTaint = "node.kubernetes.io/unschedulable";
constexpr Duration kFresh = std::chrono::seconds(40);  // what the node controller waits for
constexpr int kMostMissing = 10;  // percent of a resource that a node may have less than its like

// What the DaemonSet controller adds to what its pods tolerate.
constexpr std::array<std::pair<const char*, const char*>, 7> kTolerated = {
    {{"node.kubernetes.io/not-ready", "NoExecute"},
     {"node.kubernetes.io/unreachable", "NoExecute"},
     {"node.kubernetes.io/disk-pressure", "NoSchedule"},
     {"node.kubernetes.io/memory-pressure", "NoSchedule"},
     {"node.kubernetes.io/pid-pressure", "NoSchedule"},
     {"node.kubernetes.io/network-unavailable", "NoSchedule"},
     {kCordonTaint, "NoSchedule"}}};

std::string text_of_taint(const Json& taint) {
  const std::string value = taint.string_or("/value", "");
  return fmt::format("{}{}:{}",
                     taint.string_or("/key", ""),
                     value.empty() ? "" : "=" + value,
                     taint.string_or("/effect", ""));
}

/// Judges one node; each member asks one question.
class Judge {
 public:
  Judge(const JoinedView& view, const JoinedWish& wish)
      : view_(view),
        wish_(wish),
        node_(view.node.json()) {
    const std::size_t equals = wish.pool.find('=');
    const std::string key = wish.pool.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : wish.pool.substr(equals + 1);
    for (const Json& one : view.cluster.nodes) {
      const auto labels = placement::labels_of(one);
      const auto label = labels.find(key);
      if (one.string_or("/metadata/name", "") != view.node.name() && label != labels.end() &&
          label->second == value) {
        pool_.push_back(one);
      }
    }
  }

  JoinedFindings judge() {
    conditions();
    lease();
    version();
    labels();
    taints();
    for (const kube::Object& set : view_.daemon_sets) {
      daemon_set(set);
    }
    if (!wish_.pool.empty()) {
      alike();
    }
    if (wish_.takes_pods) {
      room();
    }
    return std::move(found_);
  }

 private:
  void conditions() {
    for (const char* type :
         {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"}) {
      const std::string status = kube::condition(view_.node, type);
      const bool ready = std::string_view(type) == "Ready";
      if (status == (ready ? "True" : "False")) {
        found_.right.push_back(fmt::format("{} is {}", type, status));
      } else if (status == (ready ? "False" : "True")) {
        found_.wrong.push_back(fmt::format("{} is {}", type, status));
      } else if (!status.empty() || std::string_view(type) != "NetworkUnavailable") {
        found_.unknown.push_back(  // only some networks tell that of themselves
            fmt::format("{} is not told", type));
      }
    }
  }

  void lease() {
    const auto renewed = base::parse_rfc3339(view_.renewed);
    if (!renewed || !view_.server_time) {
      found_.unknown.emplace_back("when its kubelet was last heard is not told (its lease)");
      return;
    }
    const Duration age = std::max(*view_.server_time - *renewed, Duration::zero());
    (age > kFresh ? found_.wrong : found_.right)
        .push_back("its kubelet was last heard " + base::human_duration(age) + " ago");
  }

  void version() {
    const std::string text = node_.string_or("/status/nodeInfo/kubeletVersion", "");
    const auto kubelet = parse_version(text);
    const auto server = parse_version(view_.server);
    if (!kubelet || !server || kubelet->size() < 2 || server->size() < 2) {
      found_.unknown.push_back(
          fmt::format("kubelet '{}' and API server '{}' cannot be compared", text, view_.server));
      return;
    }
    const int behind = server->at(1) - kubelet->at(1);
    const bool right =
        server->at(0) == kubelet->at(0) && behind >= 0 && behind <= most_behind(kubelet->at(1));
    (right ? found_.right : found_.wrong)
        .push_back(fmt::format("kubelet {} {} API server {}",
                               text,
                               right ? "goes with" : "does not go with",
                               view_.server));
  }

  void label(const std::string& key, const std::string& wanted) {
    const auto all = placement::labels_of(node_);
    const auto found = all.find(key);
    const bool there = found != all.end();
    const bool right = there && found->second == wanted;
    (right ? found_.right : found_.wrong)
        .push_back(right ? fmt::format("label {}={}", key, wanted)
                         : fmt::format("label {} is {}, not '{}'",
                                       key,
                                       there ? "'" + found->second + "'" : "not there",
                                       wanted));
  }

  void labels() {
    if (!wish_.zone.empty()) {
      label(kZoneLabel, wish_.zone);
    }
    if (const std::size_t equals = wish_.pool.find('='); equals != std::string::npos) {
      label(wish_.pool.substr(0, equals), wish_.pool.substr(equals + 1));
    } else if (!wish_.pool.empty()) {
      found_.unknown.push_back("pool '" + wish_.pool + "' is no label: write KEY=VALUE");
    }
  }

  void taints() {
    std::set<std::string> missing(wish_.taints.begin(), wish_.taints.end());
    for (const Json& taint : node_.items("/spec/taints")) {
      const std::string text = text_of_taint(taint);
      if (missing.erase(text) == 0 && taint.string_or("/key", "") != kCordonTaint) {
        found_.wrong.push_back("taint " + text + " is not expected");
      }
    }
    for (const std::string& text : missing) {
      found_.wrong.push_back("taint " + text + " is not there");
    }
  }

  /// Whether a DaemonSet is for this node: by its selectors and what it tolerates alone, as its
  /// controller sees it.
  [[nodiscard]] placement::Placement is_for_it(const kube::Object& set) const {
    const Json spec = set.json().get("/spec/template/spec");
    json pod = probe_pod(set.ns(), set.name());
    pod["spec"]["nodeSelector"] = spec.get("/nodeSelector").raw();
    pod["spec"]["affinity"] = {{"nodeAffinity", spec.get("/affinity/nodeAffinity").raw()}};
    json& tolerations = pod["spec"]["tolerations"] = json::array();
    for (const Json& one : spec.items("/tolerations")) {
      tolerations.push_back(one.raw());
    }
    for (const auto& [key, effect] : kTolerated) {
      tolerations.push_back({{"key", key}, {"operator", "Exists"}, {"effect", effect}});
    }
    const placement::View alone{.nodes = {node_}, .namespaces = view_.cluster.namespaces};
    return placement::add(alone, {Json(std::move(pod))}).pods.at(0);
  }

  void daemon_set(const kube::Object& set) {
    const std::string name = fmt::format("DaemonSet {}/{}", set.ns(), set.name());
    const auto pod = std::ranges::find_if(view_.pods, [&set](const kube::Object& one) {
      return one.ns() == set.ns() && controller_name(one, "DaemonSet") == set.name() &&
             !one.deleting();
    });
    if (pod != view_.pods.end()) {
      const bool ready = kube::condition(*pod, "Ready") == "True";
      (ready ? found_.right : found_.wrong)
          .push_back(fmt::format(
              "pod {} of {} is {}Ready", pod->name(), name, ready ? "" : "there and not "));
      return;
    }
    const placement::Placement fit = is_for_it(set);
    if (fit.verdict == placement::Verdict::Yes) {
      found_.wrong.push_back(name + " is for this node and has no pod there");
    } else if (fit.verdict == placement::Verdict::Unknown) {
      found_.unknown.push_back(fmt::format(
          "whether {} is for this node cannot be told: {}", name, base::join(fit.why, "; ")));
    }
  }

  void alike() {
    if (pool_.empty()) {
      found_.right.push_back("there is no other node of " + wish_.pool + " to compare it with");
      return;
    }
    std::set<std::string> versions;
    for (const Json& one : pool_) {
      versions.insert(one.string_or("/status/nodeInfo/kubeletVersion", "not told"));
    }
    const std::string own = node_.string_or("/status/nodeInfo/kubeletVersion", "");
    if (!versions.contains(own)) {
      found_.wrong.push_back(
          fmt::format("kubelet {}, and those of its pool are {}",
                      own,
                      base::enumerate(std::vector<std::string>(versions.begin(), versions.end()))));
    }
    for (const char* resource : {"cpu", "memory", "ephemeral-storage", "pods"}) {
      amount(resource);
    }
  }

  /// It is compared with the smallest of its like.
  void amount(const std::string& resource) {
    const auto of = [&resource](const Json& node) {
      return base::Quantity::parse(node.string_or("/status/allocatable/" + resource, ""));
    };
    std::optional<base::Quantity> least;
    for (const Json& one : pool_) {
      const auto there = of(one);
      if (there && (!least || *there < *least)) {
        least = there;
      }
    }
    const auto own = of(node_);
    if (!own || !least) {
      found_.unknown.push_back("how much " + resource + " it has, or its pool, is not told");
    } else if (own->nanos / 100 < least->nanos / 100 * (100 - kMostMissing) / 100) {
      found_.wrong.push_back(fmt::format(
          "it has {} {}, and no node of its pool less than {}", own->text, resource, least->text));
    } else {
      found_.right.push_back(fmt::format("it has {} {}", own->text, resource));
    }
  }

  /// A pod that tolerates what the node is to have.
  void room() {
    json pod = probe_pod("default", "any");
    pin_to_node(pod, view_.node.name());
    json& tolerations = pod["spec"]["tolerations"] = json::array();
    for (const Json& taint : node_.items("/spec/taints")) {
      const std::string text = text_of_taint(taint);
      if (std::ranges::find(wish_.taints, text) != wish_.taints.end()) {
        tolerations.push_back({{"key", taint.string_or("/key", "")}, {"operator", "Exists"}});
      }
    }
    pod["spec"]["containers"][0]["resources"]["requests"] = {{"cpu", "100m"}, {"memory", "128Mi"}};
    const placement::Placement fit =
        placement::add(view_.cluster, {Json(std::move(pod))}).pods.at(0);
    if (fit.verdict == placement::Verdict::Yes) {
      found_.right.emplace_back("a pod of 100m and 128Mi can be placed on it");
    } else {
      (fit.verdict == placement::Verdict::No ? found_.wrong : found_.unknown)
          .push_back(
              fmt::format("a pod of 100m and 128Mi {} be placed on it: {}",
                          fit.verdict == placement::Verdict::No ? "cannot" : "can perhaps not",
                          base::join(fit.why, "; ")));
    }
  }

  const JoinedView& view_;
  const JoinedWish& wish_;
  Json node_;
  std::vector<Json> pool_;
  JoinedFindings found_;
};

}  // namespace

JoinedFindings judge_joined(const JoinedView& view, const JoinedWish& wish) {
  return Judge(view, wish).judge();
}

}  // namespace cfkops::actions
