#include "reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace cfkops::health {

namespace {

constexpr Duration kAsk = std::chrono::seconds(5);

// An answer is long where a node has many pods.
constexpr std::size_t kMostAtOnce = 8;

std::set<std::string> nodes_with_volumes(const Snapshot& snapshot) {
  std::set<std::string> nodes;
  for (const Pod& pod : snapshot.pods) {
    if (pod.has_kafka_volume()) {
      nodes.insert(pod.node);
    }
  }
  return nodes;
}

void add_disk(const Json& json, FileSystem disk, KubeletStats& stats) {
  const auto capacity = json.int_at("/capacityBytes");
  const auto available = json.int_at("/availableBytes");
  if (capacity && available && *capacity > 0) {
    disk.capacity = static_cast<double>(*capacity);
    disk.available = static_cast<double>(*available);
    stats.disks.push_back(std::move(disk));
  }
}

KubeletStats stats_of(const std::string& node, const Result<std::string>& answer) {
  KubeletStats stats{.node = node};
  const Result<Json> summary = answer ? Json::parse(*answer) : Result<Json>(answer.error());
  if (!summary) {
    stats.silence = summary.error().text();
    return stats;
  }
  add_disk(summary->get("/node/fs"), {.field = "node.fs"}, stats);
  add_disk(summary->get("/node/runtime/imageFs"), {.field = "node.runtime.imageFs"}, stats);
  for (const Json& pod : summary->items("/pods")) {
    for (const Json& volume : pod.items("/volume")) {
      if (volume.has("/pvcRef")) {
        add_disk(volume,
                 {.ns = volume.string_or("/pvcRef/namespace", ""),
                  .claim = volume.string_or("/pvcRef/name", ""),
                  .field = fmt::format("pods[{}].volume[{}]",
                                       pod.string_or("/podRef/name", ""),
                                       volume.string_or("/name", ""))},
                 stats);
      }
    }
  }
  return stats;
}

}  // namespace

void read_kubelets(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot) {
  Source& source = snapshot.source(Part::Kubelets);
  source.state = snapshot.source(Part::Pods).state;
  source.error = snapshot.source(Part::Pods).error;
  source.at = snapshot.now;
  const std::set<std::string> all = nodes_with_volumes(snapshot);
  const std::vector<std::string> nodes(all.begin(), all.end());
  for (std::size_t first = 0; first < nodes.size(); first += kMostAtOnce) {
    const std::size_t end = std::min(nodes.size(), first + kMostAtOnce);
    std::vector<kube::ReadRequest> requests;
    requests.reserve(end - first);
    for (std::size_t i = first; i < end; ++i) {
      requests.push_back(
          {fmt::format("{}/{}/proxy/stats/summary", kube::resources::nodes().path(""), nodes[i]),
           "ask the kubelet of node " + nodes[i]});
    }
    const auto answers = ask_all(reader, requests, std::min(kAsk, options.timeout));
    for (std::size_t i = first; i < end; ++i) {
      snapshot.kubelets.push_back(stats_of(nodes[i], answers[i - first]));
    }
  }
  source.seen = snapshot.kubelets.size();
}

}  // namespace cfkops::health
