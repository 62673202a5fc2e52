#include "reading.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace cfkops::health {

namespace {

constexpr std::size_t kTimedReads = 20;
constexpr std::size_t kMostDetails = 100;

std::string list_of_pods(const ReadOptions& options, const std::string& field) {
  return fmt::format("{}?fieldSelector={}&resourceVersion=0",
                     kube::resources::pods().path(options.ns),
                     base::url_encode(field));
}

/// What is not there any more has simply gone since the table was made.
void keep_error(const Error& error, Source& source) {
  if (error.code != ErrorCode::NotFound) {
    source.state = Source::State::Unknown;
    source.error = error;
  }
}

void take_pods(const Result<std::string>& answer,
               std::set<std::pair<std::string, std::string>>& known,
               Snapshot& snapshot) {
  if (!answer) {
    keep_error(answer.error(), snapshot.source(Part::Pods));
    return;
  }
  const auto read = kube::each_item(*answer, [&](const Json& item) {
    Pod pod = read_pod(item);
    if (known.emplace(pod.ns, pod.name).second) {
      snapshot.pods.push_back(std::move(pod));
    }
  });
  if (!read) {
    keep_error(read.error(), snapshot.source(Part::Pods));
  }
}

void take_object(Part part, const Result<std::string>& answer, Snapshot& snapshot) {
  if (!answer) {
    keep_error(answer.error(), snapshot.source(part));
    return;
  }
  const auto object = Json::parse(*answer);
  if (!object) {
    keep_error(object.error(), snapshot.source(part));
    return;
  }
  snapshot.of(part).push_back(slim(*object));
}

}  // namespace

Json slim(const Json& object) {
  nlohmann::json copy = object.raw();
  const auto drop = [&copy](const char* parent, const char* key) {
    const nlohmann::json::json_pointer at(parent);
    if (copy.contains(at) && copy.at(at).is_object()) {
      copy.at(at).erase(key);
    }
  };
  drop("/metadata", "managedFields");
  drop("/metadata/annotations", "kubectl.kubernetes.io/last-applied-configuration");
  drop("/status", "images");
  drop("/data", "tls.key");
  const nlohmann::json::json_pointer versions("/spec/versions");
  if (copy.contains(versions) && copy.at(versions).is_array()) {
    for (nlohmann::json& version : copy.at(versions)) {
      if (version.is_object()) {
        version.erase("schema");
      }
    }
  }
  return Json(std::move(copy));
}

void read_details(kube::Reader& reader,
                  const ReadOptions& options,
                  const std::set<std::string>& nodes,
                  const std::set<std::string>& volumes,
                  const std::set<std::string>& pods,
                  Snapshot& snapshot) {
  std::vector<std::pair<Part, kube::ReadRequest>> asked;
  for (const std::string& node : nodes) {
    asked.emplace_back(Part::Nodes, kube::ReadRequest::object(kube::resources::nodes(), "", node));
    if (asked.size() < kMostDetails) {
      asked.emplace_back(Part::Pods,
                         kube::ReadRequest{list_of_pods(options, "spec.nodeName=" + node),
                                           "list the pods of node " + node});
    }
  }
  for (const std::string& volume : volumes) {
    asked.emplace_back(
        Part::Volumes,
        kube::ReadRequest::object(kube::resources::persistent_volumes(), "", volume));
  }
  const bool all_pods = pods.size() > kMostDetails;
  for (const std::string& pod : pods) {
    if (!all_pods) {
      asked.emplace_back(
          Part::Pods,
          kube::ReadRequest{list_of_pods(options, "metadata.name=" + pod), "look for pod " + pod});
    }
  }
  std::vector<kube::ReadRequest> requests;
  requests.reserve(asked.size());
  for (const auto& [part, request] : asked) {
    requests.push_back(request);
  }
  const std::vector<Result<std::string>> answers = reader.batch(requests, options.timeout);
  std::set<std::pair<std::string, std::string>> known;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (asked[i].first != Part::Pods) {
      take_object(asked[i].first, answers[i], snapshot);
    } else if (!all_pods) {
      take_pods(answers[i], known, snapshot);
    }
  }
  if (all_pods) {
    const Status read = read_pods(reader, options, snapshot);
    if (!read) {
      keep_error(read.error(), snapshot.source(Part::Pods));
    }
  }
}

Status read_pods(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot) {
  return reader.each(
      kube::resources::pods(),
      options.ns,
      {},
      [&snapshot](const Json& item) { snapshot.pods.push_back(read_pod(item)); },
      [&snapshot] { snapshot.pods.clear(); });
}

void time_reads(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot) {
  const std::array<kube::ReadRequest, 1> read = {
      {kube::ReadRequest::object(kube::resources::namespaces(), "", "kube-system")}};
  Source& source = snapshot.source(Part::Latency);
  source.state = Source::State::Read;
  for (std::size_t i = 0; i < kTimedReads; ++i) {
    const MonoTime begin = reader.loop().clock().now();
    const Result<std::string> answer = reader.batch(read, options.timeout).front();
    if (!answer) {
      source.state = Source::State::Unknown;
      source.error = answer.error();
      return;
    }
    snapshot.latencies.push_back(reader.loop().clock().now() - begin);
  }
}

}  // namespace cfkops::health
