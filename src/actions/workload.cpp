#include "workload.hpp"

#include "owner.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using nlohmann::json;

std::optional<Error> kafka_scale_objection(const kube::Object& object) {
  const auto role = object.kind() == "StatefulSet" ? kafka::role_of(object) : std::nullopt;
  if (!role) {
    return std::nullopt;
  }
  const bool brokers = *role == kafka::Role::Broker;
  return make_error(
      ErrorCode::Refused,
      object.text() + (brokers ? " runs Kafka brokers: fewer of them lose partitions, and more "
                                 "of them get none by themselves"
                               : " runs KRaft controllers: a quorum is not resized by its set"),
      "move partitions first, with Kafka's own tools, by a procedure made for that");
}

/// Of a set that throws the volumes of removed pods away.
std::optional<Error> volume_objection(const Workload& workload, std::int64_t replicas) {
  const Json& set = workload.object.json();
  if (replicas >= workload.replicas() || set.items("/spec/volumeClaimTemplates").empty() ||
      set.string_or("/spec/persistentVolumeClaimRetentionPolicy/whenScaled", "Retain") !=
          "Delete") {
    return std::nullopt;
  }
  return make_error(
      ErrorCode::Refused,
      workload.object.text() +
          " deletes the volumes of pods that it no longer has (whenScaled: Delete): fewer "
          "replicas lose data that no undo brings back",
      "set spec.persistentVolumeClaimRetentionPolicy.whenScaled to Retain first");
}

Error owned(const kube::Object& object, const std::string& controller) {
  return make_error(ErrorCode::Refused,
                    fmt::format("{} belongs to {}, which sets its replicas: what is written here "
                                "is overwritten",
                                object.text(),
                                controller),
                    "change the replicas of " + controller + " instead");
}

/// A label or annotation that says who keeps this object as it is written elsewhere.
struct Keeper {
  const char* key;
  const char* text;
};

constexpr std::array<Keeper, 4> kKeepers = {
    {{"meta.helm.sh/release-name", "the next upgrade of its Helm release"},
     {"argocd.argoproj.io/tracking-id", "Argo CD, at its next synchronisation,"},
     {"kustomize.toolkit.fluxcd.io/name", "Flux, at its next reconciliation,"},
     {"helm.toolkit.fluxcd.io/name", "Flux, at its next reconciliation,"}}};

/// Of the newest pod, what admission and defaults have made of the template.
json admitted_spec(const Workload& workload, const std::vector<Json>& pods) {
  const Json& owner = workload.object.json();
  const auto selector = placement::LabelSelector::of(owner.get("/spec/selector"));
  const auto since = [](const Json& pod) {
    return pod.string_or("/metadata/creationTimestamp", "");
  };
  const Json* newest = nullptr;
  for (const Json& pod : pods) {
    const bool own = pod.string_or("/metadata/namespace", "") == workload.object.ns() &&
                     selector.matches(placement::labels_of(pod));
    if (own && !pod.has("/metadata/deletionTimestamp") &&
        (newest == nullptr || since(*newest) < since(pod))) {
      newest = &pod;
    }
  }
  const Json spec = newest == nullptr ? owner.get("/spec/template/spec") : newest->get("/spec");
  json made = spec.is_object() ? spec.raw() : json::object();
  made.erase("nodeName");
  made.erase("hostname");
  return made;
}

/// What the pods of a set find: the claims of its namespace, and the class of claims that name
/// none.
struct Volumes {
  std::set<std::string> claims;
  std::string default_class;
};

Volumes volumes_of(const placement::View& view, const std::string& ns) {
  Volumes volumes;
  for (const Json& claim : view.claims) {
    if (claim.string_or("/metadata/namespace", "") == ns) {
      volumes.claims.insert(claim.string_or("/metadata/name", ""));
    }
  }
  for (const Json& one : view.classes) {
    if (one.string_or("/metadata/annotations/storageclass.kubernetes.io~1is-default-class", "") ==
        "true") {
      volumes.default_class = one.string_or("/metadata/name", "");
    }
  }
  return volumes;
}

json new_claim(const Json& wanted, const std::string& default_class) {
  json spec = wanted.raw();
  if (!spec.contains("storageClassName") && !default_class.empty()) {
    spec["storageClassName"] = default_class;
  }
  return spec;
}

/// Gives the pod the volumes of its set's claim templates: claims that are there already, new ones
/// for the others.
void put_claims(json& spec, const Json& templates, const std::string& pod, const Volumes& there) {
  json volumes = json::array();
  std::set<std::string> own;
  for (const Json& claim : templates.items()) {
    const std::string name = claim.string_or("/metadata/name", "");
    own.insert(name);
    const std::string full = name + "-" + pod;
    if (there.claims.contains(full)) {
      volumes.push_back({{"name", name}, {"persistentVolumeClaim", {{"claimName", full}}}});
    } else {
      volumes.push_back({{"name", name},
                         {"ephemeral",
                          {{"volumeClaimTemplate",
                            {{"spec", new_claim(claim.get("/spec"), there.default_class)}}}}}});
    }
  }
  for (const json& volume : spec.value("volumes", json::array())) {
    if (!own.contains(volume.value("name", ""))) {
      volumes.push_back(volume);
    }
  }
  spec["volumes"] = std::move(volumes);
}

const kube::Resource& resource_of(const std::string& kind) {
  return kind == "StatefulSet" ? kube::resources::stateful_sets()
         : kind == "DaemonSet" ? kube::resources::daemon_sets()
                               : kube::resources::deployments();
}

}  // namespace

kube::AccessQuestion Workload::may(const std::string& verb, const std::string& subresource) const {
  return Subject{resource, object.ns(), object.name()}.may(verb, subresource);
}

Result<Workload> read_workload(kube::Reader& reader, const engine::Arguments& arguments) {
  const Subject subject = subject_of_workload(arguments);
  CFKOPS_ASSIGN(kube::Object object, reader.get(subject.resource, subject.ns, subject.name));
  CFKOPS_TRY(still_same(object, text_of(arguments.ref("workload"), "uid")));
  return Workload{subject.resource, std::move(object)};
}

Subject subject_of_workload(const engine::Arguments& arguments) {
  const runbook::ValueMap& ref = arguments.ref("workload");
  return {.resource = resource_of(text_of(ref, "kind")),
          .ns = text_of(ref, "namespace"),
          .name = text_of(ref, "name")};
}

runbook::ArgumentSpec workload_argument() {
  return {.name = "workload",
          .type = runbook::Type::ref({"Deployment", "StatefulSet"}),
          .required = true,
          .help = "the deployment or statefulset"};
}

runbook::ArgumentSpec rolled_workload_argument() {
  return {.name = "workload",
          .type = runbook::Type::ref({"Deployment", "StatefulSet", "DaemonSet"}),
          .required = true,
          .help = "the deployment, statefulset or daemonset"};
}

Result<std::vector<std::string>> autoscalers_of(kube::Reader& reader, const Workload& workload) {
  const auto list =
      reader.list(kube::resources::horizontal_pod_autoscalers(), workload.object.ns());
  if (!list && list.error().code == ErrorCode::NotFound) {
    return std::vector<std::string>();
  }
  if (!list) {
    return list.error();
  }
  std::vector<std::string> names;
  for (const kube::Object& one : list->items) {
    const Json target = one.json().get("/spec/scaleTargetRef");
    if (target.string_or("/kind", "") == workload.resource.kind &&
        target.string_or("/name", "") == workload.object.name()) {
      names.push_back(one.name());
    }
  }
  return names;
}

std::optional<Error> scale_objection(const Workload& workload,
                                     const std::vector<std::string>& autoscalers,
                                     std::int64_t replicas) {
  const kube::Object& object = workload.object;
  if (object.deleting()) {
    return make_error(ErrorCode::Refused, object.text() + " is being deleted", "");
  }
  if (const auto controller = controller_text(object)) {
    return owned(object, *controller);
  }
  if (const auto owner = kafka::cfk_owner(object)) {
    return owned(object, owner->kind + " " + owner->name);
  }
  if (std::optional<Error> kafka = kafka_scale_objection(object)) {
    return kafka;
  }
  if (!autoscalers.empty()) {
    return make_error(ErrorCode::Refused,
                      fmt::format("the autoscaler {} sets the replicas of {}: what is written "
                                  "here is overwritten, and 0 would switch it off",
                                  base::enumerate(autoscalers),
                                  object.text()),
                      "change minReplicas and maxReplicas of the autoscaler instead");
  }
  return volume_objection(workload, replicas);
}

std::vector<std::string> who_may_set_back(const kube::Object& object, std::string_view what) {
  std::set<std::string> lines;
  for (const Keeper& keeper : kKeepers) {
    if (object.annotation(keeper.key) || object.label(keeper.key)) {
      lines.insert(
          fmt::format("{} may set {} back, unless it is changed there too", keeper.text, what));
    }
  }
  return {lines.begin(), lines.end()};
}

std::vector<Json> added_pods(const Workload& workload,
                             std::int64_t replicas,
                             const placement::View& view) {
  const Json& owner = workload.object.json();
  const bool ordered = workload.resource.kind == "StatefulSet";
  const Volumes there = volumes_of(view, workload.object.ns());
  const json spec = admitted_spec(workload, view.pods);
  const std::int64_t first = owner.int_or("/spec/ordinals/start", 0);
  std::vector<Json> made;
  for (std::int64_t number = workload.replicas(); number < replicas; ++number) {
    const std::string name = workload.object.name() + "-" + std::to_string(first + number);
    json pod = {{"apiVersion", "v1"},
                {"kind", "Pod"},
                {"metadata",
                 {{"name", name},
                  {"namespace", workload.object.ns()},
                  {"ownerReferences",
                   {{{"kind", ordered ? "StatefulSet" : "ReplicaSet"},
                     {"name", workload.object.name()},
                     {"uid", workload.object.uid()},
                     {"controller", true}}}}}},
                {"spec", spec}};
    const Json labels = owner.get("/spec/template/metadata/labels");
    pod["metadata"]["labels"] = labels.is_object() ? labels.raw() : json::object();
    if (ordered) {
      put_claims(pod["spec"], owner.get("/spec/volumeClaimTemplates"), name, there);
    }
    made.emplace_back(std::move(pod));
  }
  return made;
}

}  // namespace cfkops::actions
