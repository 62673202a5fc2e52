#include "controllers/cluster_objects.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// The same for what counts as the same event: it is found by name, however many there are.
std::string event_name(const Value& about, std::string_view reason, std::string_view message) {
  constexpr std::uint64_t kPrime = 0x100000001b3ULL;
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const std::string uid = uid_of(about);
  for (const std::string_view part : {std::string_view(uid), reason, message}) {
    for (const char letter : part) {
      hash = (hash ^ static_cast<unsigned char>(letter)) * kPrime;
    }
    hash *= kPrime;
  }
  return fmt::format("{}.{:016x}", name_of(about), hash);
}

}  // namespace

Shared stored(const Registry& registry,
              std::string_view bucket,
              std::string_view ns,
              std::string_view name) {
  return registry.store().get(bucket, ns, name);
}

std::vector<Shared> all_stored(const Registry& registry,
                               std::string_view bucket,
                               std::string_view ns) {
  return registry.store().list(bucket, ns);
}

bool change_stored(Registry& registry,
                   const Key& key,
                   const std::function<void(Value&)>& change,
                   const WriteOptions& options) {
  const Kind* kind = registry.kinds().of_bucket(key.bucket);
  if (kind == nullptr) {
    return false;
  }
  const Transform transform = [&](const Shared& current) -> Answer<Value> {
    if (current == nullptr) {
      return refuse(not_found(kind->resource().group, kind->resource().plural, key.name));
    }
    Value fresh = *current;
    change(fresh);
    return fresh;
  };
  return registry.update(*kind, key.ns, key.name, transform, options).has_value();
}

bool create_stored(Registry& registry,
                   std::string_view bucket,
                   std::string_view ns,
                   Value object,
                   const WriteOptions& options) {
  const Kind* kind = registry.kinds().of_bucket(bucket);
  if (kind == nullptr) {
    return false;
  }
  object["apiVersion"] = kind->resource().api_version();
  object["kind"] = kind->resource().kind;
  return registry.create(*kind, ns, std::move(object), options).has_value();
}

bool delete_stored(Registry& registry,
                   const Key& key,
                   std::string_view uid,
                   std::string_view propagation,
                   const WriteOptions& options,
                   int grace) {
  const Kind* kind = registry.kinds().of_bucket(key.bucket);
  if (kind == nullptr) {
    return false;
  }
  Value how = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (!uid.empty()) {
    how["preconditions"] = {{"uid", std::string(uid)}};
  }
  if (!propagation.empty()) {
    how["propagationPolicy"] = std::string(propagation);
  }
  if (grace >= 0) {
    how["gracePeriodSeconds"] = grace;
  }
  return registry.remove(*kind, key.ns, key.name, how, options).has_value();
}

Key key_of(std::string_view bucket, const Value& object) {
  return {std::string(bucket), namespace_of(object), name_of(object)};
}

bool is_deleting(const Value& object) {
  return find(object, {"metadata", "deletionTimestamp"}) != nullptr;
}

const Value* condition_of(const Value& object, std::string_view type) {
  for (const Value& condition : list_at(object, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) == type) {
      return &condition;
    }
  }
  return nullptr;
}

void set_condition(Value& object, Value condition, std::string_view now) {
  Value& conditions = make_at(object, {"status", "conditions"});
  if (!conditions.is_array()) {
    conditions = Value::array();
  }
  for (Value& old : conditions) {
    if (text_at(old, {"type"}) == text_at(condition, {"type"})) {
      const bool same = text_at(old, {"status"}) == text_at(condition, {"status"});
      condition["lastTransitionTime"] =
          same ? text_at(old, {"lastTransitionTime"}, now) : std::string(now);
      old = std::move(condition);
      return;
    }
  }
  condition["lastTransitionTime"] = std::string(now);
  conditions.push_back(std::move(condition));
}

namespace {

/// The object that an event is about, as the event names it.
Value involved_object(const Value& about, const EventPlace& place) {
  Value involved = {{"apiVersion", text_at(about, {"apiVersion"})},
                    {"kind", text_at(about, {"kind"})},
                    {"name", name_of(about)},
                    {"uid", uid_of(about)},
                    {"resourceVersion", text_at(about, {"metadata", "resourceVersion"})}};
  if (!namespace_of(about).empty()) {
    involved["namespace"] = namespace_of(about);
  }
  if (!place.field.empty()) {
    involved["fieldPath"] = place.field;
  }
  return involved;
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): what an Event has
void record_event(Registry& registry,
                  const Value& about,
                  std::string_view component,
                  std::string_view type,
                  std::string_view reason,
                  std::string_view message,
                  const EventPlace& place) {
  const std::string ns = namespace_of(about).empty() ? "default" : namespace_of(about);
  const std::string now = registry.timestamp();
  const WriteOptions options = as_controller(component);
  const std::string name = event_name(about, reason, message);
  const Key key{"events", ns, name};
  if (registry.store().get(key) != nullptr) {
    change_stored(
        registry,
        key,
        [&](Value& fresh) {
          fresh["count"] = number_at(fresh, {"count"}, 1) + 1;
          fresh["lastTimestamp"] = now;
        },
        options);
    return;
  }
  Value source = {{"component", std::string(component)}};
  if (!place.host.empty()) {
    source["host"] = place.host;
  }
  create_stored(registry,
                "events",
                ns,
                {{"metadata", {{"name", name}, {"namespace", ns}}},
                 {"involvedObject", involved_object(about, place)},
                 {"reason", std::string(reason)},
                 {"message", std::string(message)},
                 {"type", std::string(type)},
                 {"count", 1},
                 {"firstTimestamp", now},
                 {"lastTimestamp", now},
                 {"source", std::move(source)},
                 {"reportingComponent", std::string(component)},
                 {"reportingInstance", place.instance.empty() ? place.host : place.instance}},
                options);
}

}  // namespace cfkops::sandbox
