#include "admission_plugins.hpp"
#include "decode.hpp"
#include "pod_amounts.hpp"
#include "quota_usage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

using Names = std::vector<std::string>;

// For these each container has to say something; for no others.
constexpr std::array<std::string_view, 6> kMustBeSaid = {
    "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"};

/// One quota that the object counts for.
struct Claim {
  Shared quota;
  Value used = Value::object();  ///< as it would be
};

// Updates of most kinds change nothing that is counted.
bool is_counted(const Admitted& about) {
  if (!about.subresource.empty() || about.ns.empty()) {
    return false;
  }
  const std::string bucket = about.kind.bucket();
  return about.old == nullptr || bucket == "services" || bucket == "persistentvolumeclaims";
}

bool is_said(const Value& container, std::string_view name) {
  const bool is_limit = name.starts_with("limits.");
  const std::string_view plain =
      name.substr(name.find('.') == std::string_view::npos ? 0 : name.find('.') + 1);
  return find(container, {"resources", is_limit ? "limits" : "requests", plain}) != nullptr;
}

// The containers that do not say how much of `name` they need.
std::set<std::string> silent_containers(const Value& pod, std::string_view name) {
  std::set<std::string> silent;
  for (const std::string_view member : {"containers", "initContainers"}) {
    for (const Value& container : list_at(pod, {"spec", member})) {
      if (!is_said(container, name)) {
        silent.insert(text_at(container, {"name"}));
      }
    }
  }
  return silent;
}

// "" where every container says what the quota counts.
std::string what_is_missing(const Value& pod, const Names& counted) {
  if (find(pod, {"spec", "resources", "requests"}) != nullptr ||
      find(pod, {"spec", "resources", "limits"}) != nullptr) {
    return {};
  }
  std::map<std::string, std::set<std::string>> missing;
  for (const std::string& name : counted) {
    if (std::ranges::find(kMustBeSaid, name) == kMustBeSaid.end()) {
      continue;
    }
    if (std::set<std::string> silent = silent_containers(pod, name); !silent.empty()) {
      missing[name].merge(silent);
    }
  }
  Names texts;
  for (const auto& [name, containers] : missing) {
    texts.push_back(fmt::format("{} for: {}", name, fmt::join(containers, ",")));
  }
  return texts.empty() ? std::string() : fmt::format("must specify {}", fmt::join(texts, "; "));
}

std::string amount(const Value& amounts, const std::string& name) {
  return text_at(amounts, {name}, "0");
}

std::string printed(const Value& amounts, const Names& names) {
  Names parts;
  for (const std::string& name : names) {
    parts.push_back(name + "=" + amount(amounts, name));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

// The names of a quota for which this kind can count, sorted.
Names counted_names(const Value& quota, const Kind& kind) {
  Names names;
  for (const auto& [name, limit] : object_at(quota, {"status", "hard"}).items()) {
    if (counts_for(kind, name)) {
      names.push_back(name);
    }
  }
  return names;
}

// What is wrong with adding `usage`; "" where it fits, and `claim` then has the new numbers.
std::string add_usage(const Value& usage, const Names& counted, Claim& claim) {
  const Value& hard = object_at(*claim.quota, {"status", "hard"});
  const Value& used = object_at(*claim.quota, {"status", "used"});
  claim.used = used;
  Names exceeded;
  for (const std::string& name : counted) {
    if (quantity_milli(amount(usage, name)) == 0) {
      continue;
    }
    const std::string sum = sum_of(amount(used, name), amount(usage, name));
    if (quantity_milli(sum) > quantity_milli(amount(hard, name))) {
      exceeded.push_back(name);
    }
    claim.used[name] = sum;
  }
  if (exceeded.empty()) {
    return {};
  }
  return fmt::format("exceeded quota: {}, requested: {}, used: {}, limited: {}",
                     name_of(*claim.quota),
                     printed(usage, exceeded),
                     printed(used, exceeded),
                     printed(hard, exceeded));
}

std::string judge(const Admitted& about, const Value& object, const Value& usage, Claim& claim) {
  const Value& quota = *claim.quota;
  const Names counted = counted_names(quota, about.kind);
  if (about.kind.bucket() == "pods") {
    if (const std::string why = what_is_missing(object, counted); !why.empty()) {
      return fmt::format("failed quota: {}: {}", name_of(quota), why);
    }
  }
  const Value& used = object_at(quota, {"status", "used"});
  const bool known = std::ranges::all_of(
      counted, [&used](const std::string& name) { return find(used, {name}) != nullptr; });
  if (!known) {
    return fmt::format(
        "status unknown for quota: {}, resources: {}", name_of(quota), fmt::join(counted, ","));
  }
  return add_usage(usage, counted, claim);
}

// What an update takes in addition.
Value usage_of(const Admitted& about, const Value& object, WallTime now) {
  Value usage = quota_usage(about.kind, object, now);
  if (about.old == nullptr) {
    return usage;
  }
  const Value before = quota_usage(about.kind, *about.old, now);
  for (auto& [name, used] : usage.items()) {
    used = difference_of(used.get<std::string>(), amount(before, name));
  }
  return usage;
}

void take_room(Registry& registry, const Claim& claim) {
  if (claim.used == object_at(*claim.quota, {"status", "used"})) {
    return;
  }
  const Kind* kind = registry.kinds().find_kind("v1", "ResourceQuota");
  if (kind == nullptr) {
    return;
  }
  WriteOptions options;
  options.caller.user = "system:apiserver";
  options.caller.groups = {"system:masters", "system:authenticated"};
  options.manager = "kube-apiserver";
  options.subresource = "status";
  const auto take = [&claim](const Shared& current) -> Answer<Value> {
    Value fresh = *current;
    make_at(fresh, {"status", "used"}) = claim.used;
    return fresh;
  };
  // A quota that went meanwhile needs no number.
  static_cast<void>(
      registry.update(*kind, namespace_of(*claim.quota), name_of(*claim.quota), take, options));
}

}  // namespace

Answer<void> admit_quota(Registry& registry,
                         const Admitted& about,
                         const Value& object,
                         bool dry_run) {
  if (!is_counted(about)) {
    return {};
  }
  std::vector<Claim> claims;
  Value usage;
  for (const Shared& quota : registry.store().list("resourcequotas", about.ns)) {
    if (counted_names(*quota, about.kind).empty() || !is_in_scope(*quota, about.kind, object)) {
      continue;
    }
    if (usage.is_null()) {
      usage = usage_of(about, object, registry.timeline().wall());
    }
    Claim claim{quota};
    if (const std::string why = judge(about, object, usage, claim); !why.empty()) {
      return refuse(not_admitted(about, object, why));
    }
    claims.push_back(std::move(claim));
  }
  if (!dry_run) {
    for (const Claim& claim : claims) {
      take_room(registry, claim);
    }
  }
  return {};
}

}  // namespace cfkops::sandbox
