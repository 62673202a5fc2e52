#include "controllers/stateful_set_pods.hpp"

#include "controllers/controller.hpp"
#include "controllers/pods.hpp"
#include "controllers/revisions.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cfkops::sandbox {

namespace {

// A volume for each claim template; volumes of the template give way to those of their name.
void add_volumes(const Value& set, Value& pod, std::int64_t ordinal) {
  const Value& claims = list_at(set, {"spec", "volumeClaimTemplates"});
  if (claims.empty()) {
    return;
  }
  Value volumes = Value::array();
  for (const Value& claim : claims) {
    volumes.push_back(
        {{"name", name_of(claim)},
         {"persistentVolumeClaim",
          {{"claimName", fmt::format("{}-{}-{}", name_of(claim), name_of(set), ordinal)}}}});
  }
  for (const Value& volume : list_at(pod, {"spec", "volumes"})) {
    const bool claimed = std::ranges::any_of(claims, [&volume](const Value& claim) {
      return name_of(claim) == text_at(volume, {"name"});
    });
    if (!claimed) {
      volumes.push_back(volume);
    }
  }
  make_at(pod, {"spec", "volumes"}) = std::move(volumes);
}

}  // namespace

std::optional<std::int64_t> ordinal_in(std::string_view set, std::string_view name) {
  const std::size_t dash = set.size();
  if (!name.starts_with(set) || name.size() <= dash + 1 || name[dash] != '-') {
    return std::nullopt;
  }
  std::int64_t ordinal = 0;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + dash + 1, end, ordinal);
  if (read.ec != std::errc() || read.ptr != end || ordinal < 0) {
    return std::nullopt;
  }
  return ordinal;
}

std::optional<std::int64_t> ordinal_of(const Value& set, const Value& pod) {
  return ordinal_in(name_of(set), name_of(pod));
}

Value stateful_pod(const Value& set, const Value& revision, std::int64_t ordinal) {
  Value pod = pod_of_template(template_of(revision), set);
  const std::string name = fmt::format("{}-{}", name_of(set), ordinal);
  make_at(pod, {"metadata", "name"}) = name;
  Value& labels = make_at(pod, {"metadata", "labels"});
  labels["statefulset.kubernetes.io/pod-name"] = name;
  labels["apps.kubernetes.io/pod-index"] = std::to_string(ordinal);
  labels[kRevisionLabel] = name_of(revision);
  make_at(pod, {"spec", "hostname"}) = name;
  const std::string service = text_at(set, {"spec", "serviceName"});
  if (!service.empty()) {
    make_at(pod, {"spec", "subdomain"}) = service;
  }
  add_volumes(set, pod, ordinal);
  return pod;
}

StatefulClaims::StatefulClaims(Registry& registry, const Value& set)
    : registry_(registry),
      set_(set),
      kind_(kind_for(registry, "v1", "PersistentVolumeClaim")) {}

std::string StatefulClaims::name_for(const Value& claim_template, std::int64_t ordinal) const {
  return fmt::format("{}-{}-{}", name_of(claim_template), name_of(set_), ordinal);
}

void StatefulClaims::create_missing(std::int64_t ordinal) const {
  for (const Value& wanted : list_at(set_, {"spec", "volumeClaimTemplates"})) {
    const std::string name = name_for(wanted, ordinal);
    if (registry_.get(kind_, namespace_of(set_), name)) {
      continue;
    }
    Value claim = wanted;
    claim["apiVersion"] = "v1";
    claim["kind"] = "PersistentVolumeClaim";
    make_at(claim, {"metadata", "name"}) = name;
    for (const auto& [key, value] : object_at(set_, {"spec", "selector", "matchLabels"}).items()) {
      make_at(claim, {"metadata", "labels", key}) = value;
    }
    const std::string policy =
        text_at(set_, {"spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"});
    if (policy == "Delete") {
      make_at(claim, {"metadata", "ownerReferences"}) = Value::array({controller_ref(set_)});
    }
    static_cast<void>(create_for(registry_, kind_, set_, std::move(claim)));
  }
}

Value StatefulClaims::wanted_owner(const Value& pod, PodFate fate) const {
  const Value& policy = object_at(set_, {"spec", "persistentVolumeClaimRetentionPolicy"});
  if (fate == PodFate::Condemned && text_at(policy, {"whenScaled"}) == "Delete") {
    return {{"apiVersion", "v1"},
            {"kind", "Pod"},
            {"name", name_of(pod)},
            {"uid", uid_of(pod)},
            {"controller", true},
            {"blockOwnerDeletion", true}};
  }
  return text_at(policy, {"whenDeleted"}) == "Delete" ? controller_ref(set_) : Value(nullptr);
}

void StatefulClaims::set_owners(const Value& pod, std::int64_t ordinal, PodFate fate) const {
  const Value wanted = wanted_owner(pod, fate);
  const auto ours = [&](const Value& ref) {
    return text_at(ref, {"uid"}) == uid_of(set_) || text_at(ref, {"uid"}) == uid_of(pod);
  };
  const auto owners = [&](const Value& claim) {
    Value refs = Value::array();
    for (const Value& ref : list_at(claim, {"metadata", "ownerReferences"})) {
      if (!ours(ref)) {
        refs.push_back(ref);
      }
    }
    if (!wanted.is_null()) {
      refs.push_back(wanted);
    }
    return refs;
  };
  const auto owned = [&](const Shared& current) -> Answer<Value> {
    Value refs = owners(*current);
    Value fresh = *current;
    erase_at(fresh, {"metadata", "ownerReferences"});
    if (!refs.empty()) {
      make_at(fresh, {"metadata", "ownerReferences"}) = std::move(refs);
    }
    return fresh;
  };
  for (const Value& claim_template : list_at(set_, {"spec", "volumeClaimTemplates"})) {
    const std::string name = name_for(claim_template, ordinal);
    const auto claim = registry_.get(kind_, namespace_of(set_), name);
    const bool has_none = claim && list_at(**claim, {"metadata", "ownerReferences"}).empty();
    if (!claim || (has_none && wanted.is_null())) {
      continue;
    }
    if (list_at(**claim, {"metadata", "ownerReferences"}) != owners(**claim)) {
      static_cast<void>(registry_.update(
          kind_, namespace_of(set_), name, owned, as_controller(kControllerManager)));
    }
  }
}

bool StatefulClaims::any_stale(std::int64_t ordinal) const {
  const std::string pod = fmt::format("{}-{}", name_of(set_), ordinal);
  const Value& claims = list_at(set_, {"spec", "volumeClaimTemplates"});
  return std::ranges::any_of(claims, [&](const Value& claim_template) {
    const auto claim = registry_.get(kind_, namespace_of(set_), name_for(claim_template, ordinal));
    const Value* owner = claim ? controller_of(**claim) : nullptr;
    return owner != nullptr && text_at(*owner, {"kind"}) == "Pod" &&
           text_at(*owner, {"name"}) == pod;
  });
}

}  // namespace cfkops::sandbox
