#include "went_pods.hpp"

#include "owner.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::ValueMap;

/// What comes after the last "-" of a pod's name.
std::string tail_of(const std::string& pod) {
  const std::size_t dash = pod.rfind('-');
  return dash == std::string::npos ? "" : pod.substr(dash + 1);
}

/// The kinds that say how many they want, and Jobs, which say whether they are through; nullptr for
/// others.
const kube::Resource* resource_of(const std::string& kind) {
  const bool known = kind == "ReplicaSet" || kind == "StatefulSet" ||
                     kind == "ReplicationController" || kind == "Job";
  return known ? kube::find_builtin(kind) : nullptr;
}

/// It is not going to make any pod.
bool is_through(const kube::Object& job) {
  return job.json().bool_or("/spec/suspend", false) || kube::condition(job, "Complete") == "True";
}

/// Pods that one controller is to make again.
class Group {
 public:
  Group(std::vector<WentPod> went, const std::vector<kube::Object>& pods, const std::string& node)
      : went_(std::move(went)),
        pods_(pods),
        node_(node),
        title_(fmt::format(
            "{} {}/{}", went_.front().kind, went_.front().ns, went_.front().controller)) {}

  /// `owner` is null where its kind is none that we know.
  void judge(const kube::Object* owner, std::vector<std::string>& lines) const {
    const std::string& kind = went_.front().kind;
    if (owner != nullptr && kind == "StatefulSet") {
      const std::int64_t first = owner->json().int_or("/spec/ordinals/start", 0);
      const std::int64_t end = first + owner->json().int_or("/spec/replicas", 1);
      for (const WentPod& one : went_) {
        const std::int64_t ordinal = kafka::ordinal_of(one.pod).value_or(first);
        if (ordinal >= first && ordinal < end) {
          judge_name(one, lines);
        }
      }
    } else if (owner != nullptr && kind != "Job") {
      judge_number(owner->json().int_or("/spec/replicas", 1), lines);
    } else if (owner == nullptr || !is_through(*owner)) {
      judge_number(std::ssize(went_), lines);
    }
  }

 private:
  /// Why it does not count; "" where it does.
  [[nodiscard]] std::string trouble(const kube::Object& pod) const {
    const std::string phase = pod.json().string_or("/status/phase", "");
    const bool same = std::ranges::find(went_, pod.uid(), &WentPod::uid) != went_.end();
    if (same || pod.deleting()) {
      return "is on its way out";
    }
    if (phase == "Failed") {
      return "has failed";
    }
    if (!node_.empty() && pod.json().string_or("/spec/nodeName", "") == node_) {
      return fmt::format("is on node {} again", node_);
    }
    const bool ended = phase == "Succeeded" && went_.front().kind == "Job";
    if (ended || kube::pod_ready(pod)) {
      return "";
    }
    const std::string why = kube::pod_trouble(pod);
    return why.empty() ? "is not Ready" : "is not Ready: " + why;
  }

  void judge_name(const WentPod& one, std::vector<std::string>& lines) const {
    const auto found = std::ranges::find_if(
        pods_, [&one](const kube::Object& pod) { return pod.name() == one.pod; });
    if (found == pods_.end()) {
      lines.push_back(fmt::format("pod {}/{} is not made again by {}", one.ns, one.pod, title_));
    } else if (const std::string why = trouble(*found); !why.empty()) {
      lines.push_back(fmt::format("pod {}/{} {}", one.ns, one.pod, why));
    }
  }

  void judge_number(std::int64_t wanted, std::vector<std::string>& lines) const {
    std::int64_t well = 0;
    std::vector<std::string> why;
    for (const kube::Object& pod : pods_) {
      const Json owner = controller_of(pod);
      if (owner.string_or("/uid", "") != went_.front().controller_uid) {
        continue;
      }
      const std::string trouble_here = trouble(pod);
      well += trouble_here.empty() ? 1 : 0;
      if (!trouble_here.empty()) {
        why.push_back(fmt::format("pod {} {}", pod.name(), trouble_here));
      }
    }
    if (well < wanted) {
      lines.push_back(fmt::format("{}: {} of {} Ready{}",
                                  title_,
                                  well,
                                  wanted,
                                  why.empty() ? "" : ": " + base::enumerate(why, 5)));
    }
  }

  std::vector<WentPod> went_;
  const std::vector<kube::Object>& pods_;
  const std::string& node_;
  std::string title_;
};

}  // namespace

WentPod went_pod(const DrainPod& one) {
  WentPod went{.ns = one.pod.ns(), .pod = one.pod.name(), .uid = one.pod.uid()};
  if (one.made_again) {
    const Json controller = controller_of(one.pod);
    went.kind = controller.string_or("/kind", "");
    went.controller = controller.string_or("/name", "");
    went.controller_uid = controller.string_or("/uid", "");
  }
  return went;
}

Result<WentPod> went_pod_by_name(kube::Reader& reader,
                                 const std::string& ns,
                                 const std::string& pod,
                                 const std::string& uid) {
  WentPod went{.ns = ns, .pod = pod, .uid = uid};
  const std::string tail = tail_of(pod);
  if (tail.empty() || tail.size() == pod.size()) {
    return went;
  }
  // What follows a ReplicaSet's name may look like a number too.
  for (const char* kind : {"StatefulSet", "ReplicaSet"}) {
    if (!kafka::ordinal_of(pod) && std::string_view(kind) == "StatefulSet") {
      continue;
    }
    const auto owner =
        reader.get(*resource_of(kind), ns, pod.substr(0, pod.size() - tail.size() - 1));
    if (!owner && owner.error().code != ErrorCode::NotFound) {
      return owner.error();
    }
    if (owner) {
      went.kind = kind;
      went.controller = owner->name();
      went.controller_uid = owner->uid();
      break;
    }
  }
  return went;
}

runbook::Value to_value(const WentPod& one) {
  ValueMap map{{"namespace", one.ns}, {"pod", one.pod}, {"uid", one.uid}, {"controller", {}}};
  if (!one.kind.empty()) {
    map["controller"] =
        ValueMap{{"kind", one.kind}, {"name", one.controller}, {"uid", one.controller_uid}};
  }
  return map;
}

Result<std::vector<WentPod>> went_pods_of(const runbook::Value& list) {
  std::vector<WentPod> went;
  for (const Json& one : list.to_json().items()) {
    WentPod pod{.ns = one.string_or("/namespace", ""),
                .pod = one.string_or("/pod", ""),
                .uid = one.string_or("/uid", ""),
                .kind = one.string_or("/controller/kind", ""),
                .controller = one.string_or("/controller/name", ""),
                .controller_uid = one.string_or("/controller/uid", "")};
    if (pod.ns.empty() || pod.pod.empty() || pod.uid.empty()) {
      return make_error(ErrorCode::InvalidInput,
                        "a pod that went is told by its namespace, pod and uid",
                        "went: ${steps.drain.pods}, of a step of node.drain");
    }
    went.push_back(std::move(pod));
  }
  return went;
}

Result<std::vector<std::string>> not_back(kube::Reader& reader,
                                          const std::vector<WentPod>& went,
                                          const std::string& node) {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<WentPod>> groups;
  for (const WentPod& one : went) {
    if (!one.kind.empty()) {
      groups[{one.ns, one.kind, one.controller}].push_back(one);
    }
  }
  std::map<std::string, std::vector<kube::Object>> pods;
  std::vector<std::string> lines;
  for (const auto& [key, group] : groups) {
    const WentPod& first = group.front();
    std::optional<kube::Object> owner;
    if (const kube::Resource* resource = resource_of(first.kind)) {
      auto read = reader.get(*resource, first.ns, first.controller);
      if (!read && read.error().code != ErrorCode::NotFound) {
        return read.error();
      }
      if (!read || read->uid() != first.controller_uid || read->deleting()) {
        continue;
      }
      owner = *std::move(read);
    }
    if (!pods.contains(first.ns)) {
      CFKOPS_ASSIGN(kube::ObjectList list, reader.list(kube::resources::pods(), first.ns));
      pods[first.ns] = std::move(list.items);
    }
    Group(group, pods[first.ns], node).judge(owner ? &*owner : nullptr, lines);
  }
  return lines;
}

}  // namespace cfkops::actions
