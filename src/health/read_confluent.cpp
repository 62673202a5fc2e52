#include "confluent.hpp"
#include "reading.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace cfkops::health {

namespace {

/// Whether an object is there, and nothing of it.
constexpr const char* kMetadataOnly =
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

/// Copies what stands at `pointer`, if anything does.
void copy_at(const Json& from, const std::string& pointer, nlohmann::json& to) {
  if (const Json found = from.get(pointer); !found.is_null()) {
    to[nlohmann::json::json_pointer(pointer)] = found.raw();
  }
}

/// There may be many, and what is configured in them may be secret.
Json kept_application(std::string_view kind, const Json& object) {
  constexpr std::array<const char*, 12> kKept = {"/metadata/name",
                                                 "/metadata/namespace",
                                                 "/metadata/creationTimestamp",
                                                 "/metadata/deletionTimestamp",
                                                 "/metadata/finalizers",
                                                 "/status/state",
                                                 "/status/appState",
                                                 "/status/connectorState",
                                                 "/status/tasksReady",
                                                 "/status/failedTasksCount",
                                                 "/status/exporterStatus",
                                                 "/status/conditions"};
  nlohmann::json copy = {{"kind", object.string_or("/kind", kind)}};
  for (const char* pointer : kKept) {
    copy_at(object, pointer, copy);
  }
  for (const auto& [name, value] : object.members("/metadata/annotations")) {
    if (name.starts_with(kafka::kCfkPrefix)) {
      copy["metadata"]["annotations"][name] = value.raw();
    }
  }
  return Json(std::move(copy));
}

/// With who changed it when, but not what.
Json kept_component(std::string_view kind, const Json& object) {
  Json small = slim(object);
  if (!small.is_object() || !small.get("/metadata").is_object()) {
    return small;
  }
  nlohmann::json copy = small.raw();
  copy["kind"] = object.string_or("/kind", kind);
  nlohmann::json changes = nlohmann::json::array();
  for (const Json& change : object.items("/metadata/managedFields")) {
    changes.push_back({{"subresource", change.string_or("/subresource", "")},
                       {"time", change.string_or("/time", "")}});
  }
  copy["metadata"]["managedFields"] = std::move(changes);
  return Json(std::move(copy));
}

}  // namespace

Json kept(Part part, std::string_view kind, const Json& object) {
  if (part == Part::Applications) {
    return kept_application(kind, object);
  }
  return part == Part::Components ? kept_component(kind, object) : slim(object);
}

void read_named_secrets(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot) {
  Source& source = snapshot.source(Part::NamedSecrets);
  source = snapshot.source(Part::Components);
  for (const Json& component : snapshot.of(Part::Components)) {
    const std::string ns = component.string_or("/metadata/namespace", "");
    for (const SecretUse& use : secrets_of(component)) {
      snapshot.named_secrets.emplace(std::pair(ns, use.name), true);
    }
  }
  std::vector<kube::ReadRequest> requests;
  requests.reserve(snapshot.named_secrets.size());
  for (const auto& [where, there] : snapshot.named_secrets) {
    const auto& [ns, name] = where;
    requests.push_back({.target = kube::resources::secrets().path(ns, name),
                        .what = fmt::format("look for secret {}/{}", ns, name),
                        .resource = {},
                        .accept = kMetadataOnly});
  }
  const std::vector<Result<std::string>> answers = ask_all(reader, requests, options.timeout);
  auto asked = snapshot.named_secrets.begin();
  for (const Result<std::string>& answer : answers) {
    if (!answer && answer.error().code == ErrorCode::NotFound) {
      asked->second = false;
    } else if (!answer) {
      source.state = Source::State::Unknown;
      source.error = answer.error();
    }
    ++asked;
  }
  source.seen = snapshot.named_secrets.size();
}

}  // namespace cfkops::health
