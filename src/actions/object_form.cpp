#include "object_form.hpp"

#include "owner.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace cfkops::actions {

namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/// A field that the server or a controller sets in objects of a kind; "" for every kind.
struct ServerField {
  std::string_view kind;
  const char* path;
};

constexpr std::array kServerFields = {
    ServerField{"", "/status"},
    ServerField{"", "/metadata/uid"},
    ServerField{"", "/metadata/resourceVersion"},
    ServerField{"", "/metadata/generation"},
    ServerField{"", "/metadata/generateName"},
    ServerField{"", "/metadata/creationTimestamp"},
    ServerField{"", "/metadata/deletionTimestamp"},
    ServerField{"", "/metadata/deletionGracePeriodSeconds"},
    ServerField{"", "/metadata/managedFields"},
    ServerField{"", "/metadata/selfLink"},
    ServerField{"", "/metadata/finalizers"},
    ServerField{"", "/metadata/annotations/cfkops.dev~1made-by"},
    ServerField{"Deployment", "/metadata/annotations/deployment.kubernetes.io~1revision"},
    ServerField{"Namespace", "/spec"},
    ServerField{"Namespace", "/metadata/labels/kubernetes.io~1metadata.name"},
    ServerField{"PersistentVolumeClaim", "/spec/volumeName"},
    ServerField{"PersistentVolumeClaim", "/metadata/annotations/pv.kubernetes.io~1bind-completed"},
    ServerField{"PersistentVolumeClaim",
                "/metadata/annotations/pv.kubernetes.io~1bound-by-controller"},
    ServerField{"PersistentVolumeClaim",
                "/metadata/annotations/volume.kubernetes.io~1selected-node"},
    ServerField{"PersistentVolumeClaim",
                "/metadata/annotations/volume.kubernetes.io~1storage-provisioner"},
    ServerField{"PersistentVolumeClaim",
                "/metadata/annotations/volume.beta.kubernetes.io~1storage-provisioner"},
    ServerField{"Secret",
                "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"},
    ServerField{"Service", "/spec/clusterIP"},
    ServerField{"Service", "/spec/clusterIPs"},
    ServerField{"Service", "/spec/healthCheckNodePort"},
    ServerField{"ServiceAccount", "/secrets"},
};

/// A service without an address of its own says so in the same field.
bool is_choice(const json& object, const ServerField& field) {
  return field.kind == "Service" && std::string_view(field.path).starts_with("/spec/clusterIP") &&
         Json(object).string_or("/spec/clusterIP", "") == "None";
}

void erase(json& object, const Pointer& path) {
  if (object.contains(path)) {
    object.at(path.parent_pointer()).erase(path.back());
  }
}

void erase_if_empty(json& object, const char* path) {
  const Pointer pointer(path);
  if (object.contains(pointer) && object.at(pointer).is_structured() &&
      object.at(pointer).empty()) {
    erase(object, pointer);
  }
}

/// By kind and name: after it was made anew, an owner has another uid.
void keep_owners(json& object) {
  const Pointer path("/metadata/ownerReferences");
  if (!object.contains(path)) {
    return;
  }
  for (json& owner : object.at(path)) {
    owner.erase("uid");
  }
}

constexpr std::array<std::string_view, 27> kOrder = {"Namespace",
                                                     "NetworkPolicy",
                                                     "ResourceQuota",
                                                     "LimitRange",
                                                     "PodDisruptionBudget",
                                                     "ServiceAccount",
                                                     "Secret",
                                                     "ConfigMap",
                                                     "StorageClass",
                                                     "PersistentVolume",
                                                     "PersistentVolumeClaim",
                                                     "CustomResourceDefinition",
                                                     "ClusterRole",
                                                     "ClusterRoleBinding",
                                                     "Role",
                                                     "RoleBinding",
                                                     "Service",
                                                     "DaemonSet",
                                                     "PodTemplate",
                                                     "ReplicationController",
                                                     "ReplicaSet",
                                                     "Deployment",
                                                     "HorizontalPodAutoscaler",
                                                     "StatefulSet",
                                                     "CronJob",
                                                     "IngressClass",
                                                     "Ingress"};

constexpr std::array<std::string_view, 10> kPassing = {"events",
                                                       "endpoints",
                                                       "endpointslices",
                                                       "pods",
                                                       "jobs",
                                                       "leases",
                                                       "controllerrevisions",
                                                       "csistoragecapacities",
                                                       "podmetrics",
                                                       "bindings"};

std::string made_by_cluster(const kube::Object& object) {
  const std::string kind = object.kind();
  const std::string type = object.json().string_or("/type", "");
  if (kind == "ConfigMap" && object.name() == "kube-root-ca.crt") {
    return "the cluster makes it in every namespace";
  }
  if (kind == "ServiceAccount" && object.name() == "default") {
    return object.json().items("/imagePullSecrets").empty()
               ? "the cluster makes it in every namespace"
               : "the cluster makes it in every namespace, but without its imagePullSecrets: give "
                 "it those again";
  }
  if (kind == "Secret" &&
      (type == "kubernetes.io/service-account-token" || type == "bootstrap.kubernetes.io/token")) {
    return "the cluster makes such tokens anew";
  }
  return "";
}

}  // namespace

Json kept_form(const kube::Object& object) {
  json kept = object.json().raw();
  for (const ServerField& field : kServerFields) {
    const bool meant = field.kind.empty() || field.kind == object.kind();
    if (meant && !is_choice(object.json().raw(), field)) {
      erase(kept, Pointer(field.path));
    }
  }
  keep_owners(kept);
  erase_if_empty(kept, "/metadata/annotations");
  erase_if_empty(kept, "/metadata/labels");
  return Json(std::move(kept));
}

Json in_namespace(const Json& kept, const std::string& from, const std::string& other) {
  json moved = kept.raw();
  const std::string kind = kept.string_or("/kind", "");
  moved["metadata"][kind == "Namespace" ? "name" : "namespace"] = other;
  erase(moved, Pointer("/metadata/annotations") / std::string(kLastApplied));
  erase_if_empty(moved, "/metadata/annotations");
  const Pointer subjects("/subjects");
  if (kind == "RoleBinding" && moved.contains(subjects) && moved.at(subjects).is_array()) {
    for (json& subject : moved.at(subjects)) {
      if (Json(subject).string_or("/namespace", "") == from) {
        subject["namespace"] = other;
      }
    }
  }
  const Pointer ports("/spec/ports");
  if (kind == "Service" && moved.contains(ports) && moved.at(ports).is_array()) {
    for (json& port : moved.at(ports)) {
      port.erase("nodePort");
    }
  }
  return Json(std::move(moved));
}

Json in_place_of(const kube::Object& now, const Json& kept) {
  json wanted = kept.raw();
  const json& there = now.json().raw();
  for (const ServerField& field : kServerFields) {
    const Pointer path(field.path);
    const bool meant = field.kind.empty() || field.kind == now.kind();
    if (meant && there.contains(path) && !wanted.contains(path)) {
      wanted[path] = there.at(path);
    }
  }
  const Pointer owners("/metadata/ownerReferences");
  erase(wanted, owners);
  if (there.contains(owners)) {
    wanted[owners] = there.at(owners);
  }
  return Json(std::move(wanted));
}

std::string why_left_out(const kube::Object& object) {
  if (object.deleting()) {
    return "it is being deleted";
  }
  const Json owner = controller_of(object);
  return owner.is_object() ? fmt::format("{} {} makes it",
                                         base::lower(owner.string_or("/kind", "")),
                                         owner.string_or("/name", ""))
                           : made_by_cluster(object);
}

bool is_passing(const kube::Resource& resource) {
  const bool of_kubernetes =
      resource.group.find('.') == std::string::npos || resource.group.ends_with(".k8s.io");
  return of_kubernetes && std::ranges::find(kPassing, resource.plural) != kPassing.end();
}

int rank_of(std::string_view kind) {
  return static_cast<int>(
      std::distance(kOrder.begin(), std::find(kOrder.begin(), kOrder.end(), kind)));
}

std::string text_of(const Json& object) {
  return kube::Object(object).text();
}

Result<kube::Resource> resource_of(kube::Reader& reader, const Json& object) {
  CFKOPS_ASSIGN(const std::string version, object.string_at("/apiVersion"));
  CFKOPS_ASSIGN(const std::string kind, object.string_at("/kind"));
  const std::size_t slash = version.find('/');
  const std::string suffix = slash == std::string::npos
                                 ? version
                                 : version.substr(slash + 1) + "." + version.substr(0, slash);
  Result<kube::Resource> found = reader.discover(base::lower(kind) + "." + suffix);
  if (!found && found.error().code == ErrorCode::NotFound) {
    return make_error(
        ErrorCode::NotFound,
        "the server has no kind " + base::printable(kind) + " of " + base::printable(version),
        "a custom resource needs its definition first; of others, see kubectl api-versions");
  }
  return found;
}

}  // namespace cfkops::actions
