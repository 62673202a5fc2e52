#include "parts.hpp"
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
constexpr int kMostAgain = 3;
constexpr std::string_view kCertificateFolder = "/mnt/sslcerts";
constexpr Duration kBusyPause = std::chrono::seconds(1);

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

/// Of a secret's data.
void keep_certificates(nlohmann::json& object) {
  const auto data = object.find("data");
  if (data == object.end() || !data->is_object()) {
    return;
  }
  nlohmann::json kept = nlohmann::json::object();
  for (const char* key : kCertificateKeys) {
    if (const auto found = data->find(key); found != data->end()) {
      kept[key] = *found;
    }
  }
  *data = std::move(kept);
}

using Names = std::set<std::pair<std::string, std::string>>;  ///< with their namespaces

/// The volumes of a set's pods that are mounted where Confluent's containers look for certificates.
std::set<std::string> certificate_volumes(const Json& set) {
  std::set<std::string> volumes;
  for (const Json& container : set.items("/spec/template/spec/containers")) {
    for (const Json& mount : container.items("/volumeMounts")) {
      if (mount.string_or("/mountPath", "").starts_with(kCertificateFolder)) {
        volumes.insert(mount.string_or("/name", ""));
      }
    }
  }
  return volumes;
}

void add_secrets_of(const Json& set, Names& secrets) {
  const std::set<std::string> wanted = certificate_volumes(set);
  const std::string ns = set.string_or("/metadata/namespace", "");
  for (const Json& volume : set.items("/spec/template/spec/volumes")) {
    if (!wanted.contains(volume.string_or("/name", ""))) {
      continue;
    }
    secrets.emplace(ns, volume.string_or("/secret/secretName", ""));
    for (const Json& source : volume.items("/projected/sources")) {
      secrets.emplace(ns, source.string_or("/secret/name", ""));
    }
  }
}

}  // namespace

void read_mounted_secrets(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot) {
  Names secrets;
  for (const Json& set : snapshot.of(Part::StatefulSets)) {
    add_secrets_of(set, secrets);
  }
  for (const Json& known : snapshot.of(Part::TlsSecrets)) {
    secrets.erase(
        {known.string_or("/metadata/namespace", ""), known.string_or("/metadata/name", "")});
  }
  std::vector<kube::ReadRequest> requests;
  requests.reserve(secrets.size());
  for (const auto& [ns, name] : secrets) {
    if (!name.empty()) {
      requests.push_back(kube::ReadRequest::object(kube::resources::secrets(), ns, name));
    }
  }
  for (const Result<std::string>& answer : ask_all(reader, requests, options.timeout)) {
    take_object(Part::TlsSecrets, answer, snapshot);
  }
  snapshot.source(Part::TlsSecrets).seen = snapshot.of(Part::TlsSecrets).size();
}

std::vector<Result<std::string>> ask_all(kube::Reader& reader,
                                         const std::vector<kube::ReadRequest>& requests,
                                         Duration timeout) {
  std::vector<Result<std::string>> answers = reader.batch(requests, timeout);
  for (int again = 0; again < kMostAgain; ++again) {
    std::vector<std::size_t> places;
    std::vector<kube::ReadRequest> put_off;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i] && answers[i].error().code == ErrorCode::TooManyRequests) {
        places.push_back(i);
        put_off.push_back(requests[i]);
      }
    }
    if (put_off.empty() || !reader.loop().pause(kBusyPause)) {
      break;
    }
    std::vector<Result<std::string>> late = reader.batch(put_off, timeout);
    for (std::size_t i = 0; i < late.size(); ++i) {
      answers[places[i]] = std::move(late[i]);
    }
  }
  return answers;
}

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
  keep_certificates(copy);
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
  const std::vector<Result<std::string>> answers = ask_all(reader, requests, options.timeout);
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
      {kube::ReadRequest::object(kube::resources::namespaces(), "", kTimedNamespace)}};
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
