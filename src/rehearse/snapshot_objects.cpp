#include "snapshot_objects.hpp"

#include "snapshot_redact.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::rehearse {
namespace {

using kube::Object;
using kube::Resource;

constexpr std::string_view kCfkGroup = "platform.confluent.io";
constexpr const char* kLeases = "kube-node-lease";

Resource definitions() {
  return {
      "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false};
}

/// Those that lie in namespaces.
std::vector<Resource> namespaced_kinds() {
  using namespace kube::resources;
  return {stateful_sets(),
          controller_revisions(),
          deployments(),
          replica_sets(),
          daemon_sets(),
          pods(),
          pod_disruption_budgets(),
          services(),
          persistent_volume_claims(),
          config_maps(),
          secrets(),
          {"", "v1", "serviceaccounts", "ServiceAccount", true}};
}

/// What a person can do about a list that failed.
std::string next_for(const Error& error, const Resource& resource, const std::string& ns) {
  if (error.code == ErrorCode::Forbidden) {
    return "; grant get and list on " + resource.full_name() +
           (ns.empty() || !resource.namespaced ? " in the cluster (ClusterRole)"
                                               : " in namespace " + ns + " (Role)") +
           ", see: kubectl auth can-i list " + resource.full_name() +
           (ns.empty() || !resource.namespaced ? "" : " -n " + ns);
  }
  return error.hint.empty() ? "; take the snapshot again" : "; next: " + error.hint;
}

class Taker {
 public:
  Taker(kube::Reader& reader, const std::vector<std::string>& namespaces)
      : reader_(reader),
        namespaces_(namespaces) {}

  Status take_all() {
    CFKOPS_TRY(take(kube::resources::nodes(), ""));
    CFKOPS_TRY(take_namespaces());
    for (const Resource& resource : namespaced_kinds()) {
      CFKOPS_TRY(take_wherever(resource));
    }
    CFKOPS_TRY(take({"storage.k8s.io", "v1", "storageclasses", "StorageClass", false}, ""));
    CFKOPS_TRY(take_volumes());
    CFKOPS_TRY(take(kube::resources::leases(), kLeases));
    return take_definitions();
  }

  TakenObjects result() && { return std::move(taken_); }

 private:
  /// What is there; nothing, told in `missing`, where it may not be seen.
  Result<std::vector<Object>> list(const Resource& resource, const std::string& ns) {
    auto listed = reader_.list(resource, ns);
    if (listed) {
      answered_ = true;
      return std::move(listed->items);
    }
    const Error& error = listed.error();
    const bool told = error.code == ErrorCode::Forbidden || error.code == ErrorCode::NotFound;
    if (error.code == ErrorCode::Cancelled || (!told && !answered_)) {
      return error;
    }
    answered_ = answered_ || told;
    taken_.missing.push_back(resource.full_name() + (ns.empty() ? "" : " in namespace " + ns) +
                             " cannot be read: " + error.message + next_for(error, resource, ns));
    return std::vector<Object>();
  }

  Status take(const Resource& resource, const std::string& ns) {
    CFKOPS_ASSIGN(std::vector<Object> objects, list(resource, ns));
    for (Object& object : objects) {
      add(std::move(object));
    }
    return {};
  }

  Status take_wherever(const Resource& resource) {
    if (namespaces_.empty() || !resource.namespaced) {
      return take(resource, "");
    }
    for (const std::string& ns : namespaces_) {
      CFKOPS_TRY(take(resource, ns));
    }
    return {};
  }

  Status take_namespaces() {
    if (namespaces_.empty()) {
      return take(kube::resources::namespaces(), "");
    }
    for (const std::string& ns : namespaces_) {
      auto object = reader_.get(kube::resources::namespaces(), "", ns);
      if (object) {
        add(*std::move(object));
        continue;
      }
      if (object.error().code != ErrorCode::Forbidden) {
        return std::move(object).error();  // no such namespace: the person meant another
      }
      taken_.missing.push_back("namespace " + ns + " cannot be read: " + object.error().message +
                               "; grant get on namespaces in the cluster (ClusterRole)");
    }
    return {};
  }

  /// Of all volumes only those that belong to claims that were taken.
  Status take_volumes() {
    CFKOPS_ASSIGN(std::vector<Object> volumes,
                  list({"", "v1", "persistentvolumes", "PersistentVolume", false}, ""));
    for (Object& volume : volumes) {
      const std::string ns = volume.json().string_or("/spec/claimRef/namespace", "");
      if (namespaces_.empty() ||
          std::find(namespaces_.begin(), namespaces_.end(), ns) != namespaces_.end()) {
        add(std::move(volume));
      }
    }
    return {};
  }

  Status take_definitions() {
    CFKOPS_ASSIGN(std::vector<Object> all, list(definitions(), ""));
    for (Object& definition : all) {
      if (definition.json().string_or("/spec/group", "") != kCfkGroup) {
        continue;
      }
      Resource resource = resource_of(definition);
      add(std::move(definition));
      CFKOPS_TRY(take_wherever(resource));
    }
    return {};
  }

  static Resource resource_of(const Object& definition) {
    Resource resource;
    resource.group = std::string(kCfkGroup);
    resource.plural = definition.json().string_or("/spec/names/plural", "");
    resource.kind = definition.json().string_or("/spec/names/kind", "");
    resource.namespaced = definition.json().string_or("/spec/scope", "") == "Namespaced";
    for (const Json& version : definition.json().items("/spec/versions")) {
      const bool served = version.bool_or("/served", false);
      if (served && (resource.version.empty() || version.bool_or("/storage", false))) {
        resource.version = version.string_or("/name", "");
      }
    }
    return resource;
  }

  void add(Object object) {
    if (object.kind() == "StatefulSet") {
      taken_.kafka_namespaces.insert(object.ns());
    }
    taken_.objects.push_back(std::move(object));
  }

  kube::Reader& reader_;
  const std::vector<std::string>& namespaces_;
  TakenObjects taken_;
  bool answered_ = false;  ///< the server has, once
};

/// The prose of a definition's schema is most of it, and nothing reads it.
void drop_descriptions(nlohmann::json& value) {
  if (value.is_object()) {
    const auto prose = value.find("description");
    if (prose != value.end() && prose->is_string()) {
      value.erase(prose);
    }
  }
  if (value.is_structured()) {
    for (nlohmann::json& member : value) {
      drop_descriptions(member);
    }
  }
}

}  // namespace

Result<TakenObjects> take_objects(kube::Reader& reader,
                                  const std::vector<std::string>& namespaces) {
  Taker taker(reader, namespaces);
  CFKOPS_TRY(taker.take_all());
  return std::move(taker).result();
}

nlohmann::json as_scenario_objects(const std::vector<Object>& objects) {
  nlohmann::json list = nlohmann::json::array();
  for (const Object& object : objects) {
    nlohmann::json value = object.json().raw();
    redact(value);
    if (object.kind() == "CustomResourceDefinition") {
      drop_descriptions(value);
    }
    list.push_back(std::move(value));
  }
  return list;
}

}  // namespace cfkops::rehearse
