#include "admission_plugins.hpp"
#include "decode.hpp"
#include "pod_amounts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

using Texts = std::vector<std::string>;

std::vector<Shared> limit_ranges(const Registry& registry, const Admitted& about) {
  return registry.store().list("limitranges", about.ns);
}

/// The defaults that a limit range has for containers.
struct Defaults {
  Value requests = Value::object();
  Value limits = Value::object();
};

Defaults defaults_of(const Value& limit_range) {
  Defaults defaults;
  for (const Value& limit : list_at(limit_range, {"spec", "limits"})) {
    if (text_at(limit, {"type"}) == "Container") {
      defaults.requests.update(object_at(limit, {"defaultRequest"}));
      defaults.limits.update(object_at(limit, {"default"}));
    }
  }
  return defaults;
}

// The names of what was filled in.
Texts fill_in(Value& container, std::string_view what, const Value& defaults) {
  Texts filled;
  for (const auto& [name, amount] : defaults.items()) {
    if (find(container, {"resources", what, name}) == nullptr) {
      make_at(container, {"resources", what, name}) = amount;
      filled.push_back(name);
    }
  }
  return filled;
}

void note(const Texts& filled, std::string_view what, const std::string& container, Texts& notes) {
  if (!filled.empty()) {
    notes.push_back(fmt::format("{} {} for {}", fmt::join(filled, ", "), what, container));
  }
}

void fill_in_all(Value& pod,
                 std::string_view member,
                 std::string_view word,
                 const Defaults& defaults,
                 Texts& notes) {
  Value* containers = find(pod, {"spec", member});
  if (containers == nullptr || !containers->is_array()) {
    return;
  }
  for (Value& container : *containers) {
    const std::string called = fmt::format("{} {}", word, text_at(container, {"name"}));
    const Texts limits = fill_in(container, "limits", defaults.limits);
    note(fill_in(container, "requests", defaults.requests), "request", called, notes);
    note(limits, "limit", called, notes);
  }
}

/// What is held against a limit: the requests and limits of a container or pod, or of a claim.
struct Held {
  std::string type;
  const Value& requests;
  const Value& limits;
  bool has_limits = true;  ///< a claim has none
};

std::string amount_text(const Value& amounts, const std::string& name) {
  return text_at(amounts, {name}, "0");
}

std::int64_t milli_of(const Value& amounts, const std::string& name) {
  return quantity_milli(amount_text(amounts, name));
}

std::string too_little(const Held& held, const std::string& name, const std::string& least) {
  const std::string start = fmt::format("minimum {} usage per {} is {}", name, held.type, least);
  if (find(held.requests, {name}) == nullptr) {
    return start + ".  No request is specified";
  }
  const std::int64_t bound = quantity_milli(least);
  if (milli_of(held.requests, name) < bound) {
    return start + ", but request is " + amount_text(held.requests, name);
  }
  if (find(held.limits, {name}) != nullptr && milli_of(held.limits, name) < bound) {
    return start + ", but limit is " + amount_text(held.limits, name);
  }
  return {};
}

std::string too_much(const Held& held, const std::string& name, const std::string& most) {
  const std::string start = fmt::format("maximum {} usage per {} is {}", name, held.type, most);
  const std::int64_t bound = quantity_milli(most);
  const bool has_request = find(held.requests, {name}) != nullptr;
  if (held.has_limits && find(held.limits, {name}) == nullptr) {
    return start + ".  No limit is specified";
  }
  if (held.has_limits && milli_of(held.limits, name) > bound) {
    return start + ", but limit is " + amount_text(held.limits, name);
  }
  if (!held.has_limits && !has_request) {
    return start + ".  No request is specified";
  }
  if (has_request && milli_of(held.requests, name) > bound) {
    return start + ", but request is " + amount_text(held.requests, name);
  }
  return {};
}

std::string too_wide(const Held& held, const std::string& name, const std::string& most) {
  constexpr double kThousand = 1000;
  const std::string start =
      fmt::format("{} max limit to request ratio per {} is {}", name, held.type, most);
  const std::int64_t request = milli_of(held.requests, name);
  const std::int64_t limit = milli_of(held.limits, name);
  if (request == 0) {
    return start + ", but no request is specified or request is 0";
  }
  if (limit == 0) {
    return start + ", but no limit is specified or limit is 0";
  }
  const double ratio = static_cast<double>(limit) / static_cast<double>(request);
  if (ratio * kThousand > static_cast<double>(quantity_milli(most))) {
    return start + fmt::format(", but provided ratio is {:f}", ratio);
  }
  return {};
}

void hold(const Value& limit, const Held& held, Texts& faults) {
  const auto each = [&](std::string_view bound, const auto& judge) {
    for (const auto& [name, amount] : object_at(limit, {bound}).items()) {
      const auto* text = amount.template get_ptr<const std::string*>();
      const std::string fault = judge(held, name, text == nullptr ? amount.dump() : *text);
      if (!fault.empty() && std::ranges::find(faults, fault) == faults.end()) {
        faults.push_back(fault);
      }
    }
  };
  each("min", too_little);
  each("max", too_much);
  if (held.has_limits) {
    each("maxLimitRequestRatio", too_wide);
  }
}

void hold_pod(const Value& limit, const Value& pod, Texts& faults) {
  const std::string type = text_at(limit, {"type"});
  if (type == "Container") {
    for (const std::string_view member : {"containers", "initContainers"}) {
      for (const Value& container : list_at(pod, {"spec", member})) {
        hold(limit,
             {type,
              object_at(container, {"resources", "requests"}),
              object_at(container, {"resources", "limits"})},
             faults);
      }
    }
  } else if (type == "Pod") {
    const Value requests = amounts_of_pod(pod, "requests");
    const Value limits = amounts_of_pod(pod, "limits");
    hold(limit, {type, requests, limits}, faults);
  }
}

void hold_claim(const Value& limit, const Value& claim, Texts& faults) {
  const std::string type = text_at(limit, {"type"});
  if (type == "PersistentVolumeClaim") {
    const Value none = Value::object();
    hold(limit, {type, object_at(claim, {"spec", "resources", "requests"}), none, false}, faults);
  }
}

}  // namespace

void apply_limit_defaults(const Registry& registry, const Admitted& about, Value& pod) {
  for (const Shared& limit_range : limit_ranges(registry, about)) {
    const Defaults defaults = defaults_of(*limit_range);
    Texts notes;
    fill_in_all(pod, "containers", "container", defaults, notes);
    fill_in_all(pod, "initContainers", "init container", defaults, notes);
    if (!notes.empty()) {
      make_at(pod, {"metadata", "annotations", "kubernetes.io/limit-ranger"}) =
          fmt::format("LimitRanger plugin set: {}", fmt::join(notes, "; "));
    }
  }
}

Answer<void> admit_limits(const Registry& registry, const Admitted& about, const Value& object) {
  const bool is_pod = is_about(about, "pods") && about.old == nullptr;
  const bool is_claim = is_about(about, "persistentvolumeclaims");
  if (!is_pod && !is_claim) {
    return {};
  }
  if (about.old != nullptr && find(*about.old, {"metadata", "deletionTimestamp"}) != nullptr) {
    return {};
  }
  for (const Shared& limit_range : limit_ranges(registry, about)) {
    Texts faults;
    for (const Value& limit : list_at(*limit_range, {"spec", "limits"})) {
      if (is_pod) {
        hold_pod(limit, object, faults);
      } else {
        hold_claim(limit, object, faults);
      }
    }
    if (!faults.empty()) {
      const std::string why =
          faults.size() == 1 ? faults.front() : fmt::format("[{}]", fmt::join(faults, ", "));
      return refuse(not_admitted(about, object, why));
    }
  }
  return {};
}

Answer<void> admit_resize(const Registry& registry, const Admitted& about, const Value& claim) {
  if (!is_about(about, "persistentvolumeclaims") || about.old == nullptr) {
    return {};
  }
  const auto size = [](const Value& of) {
    return quantity_milli(text_at(of, {"spec", "resources", "requests", "storage"}, "0"));
  };
  if (size(claim) <= size(*about.old)) {
    return {};
  }
  if (text_at(*about.old, {"status", "phase"}) != "Bound") {
    return refuse(
        not_admitted(about, claim, "Only bound persistent volume claims can be expanded"));
  }
  const std::string name = text_at(claim, {"spec", "storageClassName"});
  const Shared storage_class = registry.store().get({"storageclasses.storage.k8s.io", {}, name});
  if (name.empty() || name != text_at(*about.old, {"spec", "storageClassName"}) ||
      storage_class == nullptr || !flag_at(*storage_class, {"allowVolumeExpansion"})) {
    return refuse(not_admitted(about,
                               claim,
                               "only dynamically provisioned pvc can be resized and the "
                               "storageclass that provisions the pvc must support resize"));
  }
  return {};
}

}  // namespace cfkops::sandbox
