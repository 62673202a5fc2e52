#include "upgrade_use.hpp"

#include "version_range.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <array>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

constexpr std::string_view kFlowControl = "flowcontrol.apiserver.k8s.io";
constexpr std::string_view kSeries = "apiserver_requested_deprecated_apis{";

/// How the API server is called where it writes its own flow schemas and priority levels.
constexpr std::string_view kServersOwn = "api-priority-and-fairness-config-";

constexpr std::array<Removal, 8> kRemovals = {
    {{"autoscaling", "v2beta2", "horizontalpodautoscalers", 26},
     {kFlowControl, "v1beta1", "flowschemas", 26},
     {kFlowControl, "v1beta1", "prioritylevelconfigurations", 26},
     {"storage.k8s.io", "v1beta1", "csistoragecapacities", 27},
     {kFlowControl, "v1beta2", "flowschemas", 29},
     {kFlowControl, "v1beta2", "prioritylevelconfigurations", 29},
     {kFlowControl, "v1beta3", "flowschemas", 32},
     {kFlowControl, "v1beta3", "prioritylevelconfigurations", 32}}};

/// The value of a label of a series, which has none of the characters that would be escaped.
std::string label_of(const std::string& line, std::string_view name) {
  const std::string begin = fmt::format("{}=\"", name);
  std::size_t at = line.find("{" + begin);
  at = at == std::string::npos ? line.find("," + begin) : at;
  if (at == std::string::npos) {
    return "";
  }
  at += begin.size() + 1;
  return line.substr(at, line.find('"', at) - at);
}

}  // namespace

std::span<const Removal> removals() {
  return kRemovals;
}

int minor_version(std::string_view text) {
  const auto version = parse_version(text);
  return version && version->size() > 1 && version->at(0) == 1 ? version->at(1) : -1;
}

int most_behind(int kubelet) {
  constexpr int kFirstOfThree = 25;  // since then kubelets may be three behind, not two
  return kubelet < kFirstOfThree ? 2 : 3;
}

void judge_skew(const std::string& server,
                const std::vector<kube::Object>& nodes,
                int target,
                UpgradeFindings& found) {
  const int now = minor_version(server);
  if (now < 0) {
    found.unknown.push_back("the API server's version '" + server + "' is none");
  } else if (target != now + 1) {
    found.wrong.push_back(fmt::format(
        "the API server is {}: it goes to 1.{} next, not to 1.{}", server, now + 1, target));
  }
  for (const kube::Object& node : nodes) {
    const std::string text = node.json().string_or("/status/nodeInfo/kubeletVersion", "");
    const int kubelet = minor_version(text);
    if (kubelet < 0) {
      found.unknown.push_back(node.text() + " does not tell the version of its kubelet");
    } else if (kubelet > target || target - kubelet > most_behind(kubelet)) {
      found.wrong.push_back(fmt::format("{}: its kubelet {} is {} an API server 1.{}",
                                        node.text(),
                                        text,
                                        kubelet > target ? "newer than" : "too old for",
                                        target));
    }
  }
}

void judge_requests(const std::string& metrics, int target, UpgradeFindings& found) {
  // Another server, or a proxy before it, may have answered.
  if (metrics.find("\nkubernetes_build_info{") == std::string::npos) {
    found.unknown.emplace_back("/metrics is not that of an API server");
    return;
  }
  for (const std::string& line : base::split(metrics, '\n')) {
    if (!line.starts_with(kSeries) || line.ends_with(" 0")) {
      continue;
    }
    const std::string group = label_of(line, "group");
    const std::string what = fmt::format("{} of {}{}{}",
                                         label_of(line, "resource"),
                                         group,
                                         group.empty() ? "" : "/",
                                         label_of(line, "version"));
    const std::string release = label_of(line, "removed_release");
    const int removed = minor_version(release);
    if (removed < 0 && !release.empty()) {
      found.unknown.push_back(
          fmt::format("{} were asked for, which '{}' serves no more", what, release));
    } else if (removed >= 0 && removed <= target) {
      found.wrong.push_back(
          fmt::format("{} were asked for, which 1.{} serves no more", what, removed));
    }
  }
}

void judge_writers(const std::vector<kube::Object>& objects,
                   const Removal& removal,
                   UpgradeFindings& found) {
  const std::string version = fmt::format("{}/{}", removal.group, removal.version);
  for (const kube::Object& object : objects) {
    std::set<std::string> managers;
    for (const Json& entry : object.json().items("/metadata/managedFields")) {
      std::string manager = entry.string_or("/manager", "?");
      if (entry.string_or("/apiVersion", "") == version && !manager.starts_with(kServersOwn)) {
        managers.insert(std::move(manager));
      }
    }
    if (!managers.empty()) {
      found.wrong.push_back(
          fmt::format("{} was last written as {} by {}, which 1.{} serves no more",
                      object.text(),
                      version,
                      base::enumerate(std::vector<std::string>(managers.begin(), managers.end())),
                      removal.minor));
    }
  }
}

}  // namespace cfkops::actions
