#include "registry.hpp"
#include "registry_steps.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";

/// One delete on its way: the write and the options, which are an object.
struct Deletion {
  const Write& write;
  Value how;
};

/// What becomes of the dependents; none where the options do not say.
std::optional<std::string> asked_policy(const Value& how) {
  if (const Value* orphan = find(how, {"orphanDependents"}); orphan != nullptr) {
    return flag_at(how, {"orphanDependents"}) ? "Orphan" : "Background";
  }
  if (const Value* policy = find(how, {"propagationPolicy"}); policy != nullptr) {
    return text_at(how, {"propagationPolicy"});
  }
  return std::nullopt;
}

// Some kinds left their dependents alone before there was a collector, and still do.
bool orphans_by_default(const Kind& kind) {
  return kind.bucket() == "jobs.batch" || kind.bucket() == "replicationcontrollers";
}

bool has_no_dependents(const Kind& kind) {
  return kind.bucket() == "events";
}

bool takes_grace(const Kind& kind) {
  return kind.bucket() == "pods";
}

bool is_namespace(const Kind& kind) {
  return kind.bucket() == "namespaces";
}

bool is_being_deleted(const Value& object) {
  return find(object, {"metadata", "deletionTimestamp"}) != nullptr;
}

bool has_finalizer(const Value& object, std::string_view finalizer) {
  return std::ranges::any_of(list_at(object, {"metadata", "finalizers"}), [&](const Value& one) {
    const auto* text = one.get_ptr<const std::string*>();
    return text != nullptr && *text == finalizer;
  });
}

// The finalizer that makes the collector treat the dependents so; "" for none.
std::string_view collector_finalizer(const Deletion& deletion, const Value& object) {
  const Kind& kind = deletion.write.kind;
  if (has_no_dependents(kind)) {
    return {};
  }
  if (const auto policy = asked_policy(deletion.how); policy) {
    return *policy == "Orphan" ? kOrphan : *policy == "Foreground" ? kForeground : "";
  }
  if (has_finalizer(object, kOrphan)) {
    return kOrphan;
  }
  if (has_finalizer(object, kForeground)) {
    return kForeground;
  }
  return orphans_by_default(kind) ? kOrphan : "";
}

void set_collector_finalizer(const Deletion& deletion, Value& object) {
  const std::string_view wanted = collector_finalizer(deletion, object);
  const std::string_view other = wanted == kOrphan ? kForeground : kOrphan;
  const bool settled =
      !has_finalizer(object, other) &&
      (wanted.empty() ? !has_finalizer(object, kForeground) : has_finalizer(object, wanted));
  if (settled) {
    return;
  }
  Value finalizers = Value::array();
  for (const Value& one : list_at(object, {"metadata", "finalizers"})) {
    if (one != Value(std::string(kOrphan)) && one != Value(std::string(kForeground))) {
      finalizers.push_back(one);
    }
  }
  if (!wanted.empty()) {
    finalizers.push_back(std::string(wanted));
  }
  if (finalizers.empty()) {
    erase_at(object, {"metadata", "finalizers"});
  } else {
    make_at(object, {"metadata", "finalizers"}) = std::move(finalizers);
  }
}

void count_generation(Value& object) {
  if (const auto generation = number_at(object, {"metadata", "generation"}); generation > 0) {
    make_at(object, {"metadata", "generation"}) = generation + 1;
  }
}

// What takes no grace and is held by finalizers.
void mark(const Registry& registry, Value& object) {
  if (find(object, {"metadata", "deletionGracePeriodSeconds"}) == nullptr) {
    count_generation(object);
  }
  set_default(object, {"metadata", "deletionTimestamp"}, registry.timestamp());
  make_at(object, {"metadata", "deletionGracePeriodSeconds"}) = 0;
}

std::string time_after(WallTime start, std::int64_t seconds) {
  return base::format_rfc3339_seconds(start + bounded_seconds(seconds));
}

/// Whether grace is given now, or nothing is to be done since it is already.
enum class Grace { None, Given, Pending };

// A second delete can only shorten the time, which does not end before now.
Grace shorten_grace(const Deletion& deletion, Value& object) {
  const std::int64_t before = number_at(object, {"metadata", "deletionGracePeriodSeconds"});
  if (before == 0) {
    return Grace::None;
  }
  std::int64_t asked = number_at(deletion.how, {"gracePeriodSeconds"}, before);
  if (asked >= before) {
    return Grace::Pending;
  }
  const WallTime now = deletion.write.registry.timeline().wall();
  const auto end = base::parse_rfc3339(text_at(object, {"metadata", "deletionTimestamp"}));
  WallTime fresh = (end ? *end : now) + bounded_seconds(asked - before);
  if (fresh < now) {
    fresh = now;
    asked = asked == 0 ? 0 : 1;
  }
  make_at(object, {"metadata", "deletionTimestamp"}) = time_after(fresh, 0);
  make_at(object, {"metadata", "deletionGracePeriodSeconds"}) = asked;
  return Grace::Given;
}

Grace give_grace(const Deletion& deletion, Value& object) {
  if (!takes_grace(deletion.write.kind)) {
    return Grace::None;
  }
  if (is_being_deleted(object)) {
    return shorten_grace(deletion, object);
  }
  Registry& registry = deletion.write.registry;
  const std::int64_t seconds = deletion.write.kind.grace_seconds(object, &deletion.how);
  make_at(object, {"metadata", "deletionTimestamp"}) =
      time_after(registry.timeline().wall(), seconds);
  make_at(object, {"metadata", "deletionGracePeriodSeconds"}) = seconds;
  count_generation(object);
  return Grace::Given;
}

Answer<void> refuse_other(const Kind& kind, const Value& object, std::string_view why) {
  return refuse(conflict(kind.resource().group, kind.resource().kind, name_of(object), why));
}

Answer<void> check_preconditions(const Deletion& deletion, const Value& object) {
  const Kind& kind = deletion.write.kind;
  const std::string uid = text_at(deletion.how, {"preconditions", "uid"}, uid_of(object));
  if (uid != uid_of(object)) {
    if (is_namespace(kind)) {
      return refuse(conflict({},
                             kind.resource().plural,
                             name_of(object),
                             fmt::format("Precondition failed: UID in precondition: {}, UID in "
                                         "object meta: {}",
                                         uid,
                                         uid_of(object))));
    }
    return refuse_other(kind,
                        object,
                        fmt::format("the UID in the precondition ({}) does not match the UID in "
                                    "record ({}). The object might have been deleted and then "
                                    "recreated",
                                    uid,
                                    uid_of(object)));
  }
  const std::string now = text_at(object, {"metadata", "resourceVersion"});
  const std::string version = text_at(deletion.how, {"preconditions", "resourceVersion"}, now);
  if (version == now) {
    return {};
  }
  if (is_namespace(kind)) {
    return refuse(conflict({},
                           kind.resource().plural,
                           name_of(object),
                           fmt::format("Precondition failed: ResourceVersion in precondition: {}, "
                                       "ResourceVersion in object meta: {}",
                                       version,
                                       now)));
  }
  return refuse_other(kind,
                      object,
                      fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                                  "ResourceVersion in record ({}). The object might have been "
                                  "modified",
                                  version,
                                  now));
}

Removed end_of(const Deletion& deletion, const Value& last) {
  const Write& write = deletion.write;
  if (write.options.dry_run) {
    return {share(last), true};
  }
  const Shared gone = write.registry.store().remove(place_of(write.kind, write.ns, write.name));
  return {gone == nullptr ? share(last) : shown(write.kind, gone), true};
}

/// Namespaces and definitions are only marked at first; what comes after lets them go. Whether the
/// kind is one of them.
bool mark_only(const Deletion& deletion, Value& object) {
  if (is_being_deleted(object)) {
    return false;
  }
  const Write& write = deletion.write;
  const std::string now = write.registry.timestamp();
  const Value before = object;
  write.kind.prepare_delete(object, now);
  if (object == before && !is_namespace(write.kind)) {
    return false;
  }
  make_at(object, {"metadata", "deletionTimestamp"}) = now;
  if (is_namespace(write.kind)) {
    make_at(object, {"status", "phase"}) = "Terminating";
    set_collector_finalizer(deletion, object);
  }
  return true;
}

Answer<Removed> remove_object(const Deletion& deletion, const Shared& stored, Value object) {
  const Write& write = deletion.write;
  if (auto checked = check_preconditions(deletion, object); !checked) {
    return refuse(std::move(checked.error()));
  }
  Grace grace = Grace::None;
  Value fresh = object;
  if (is_being_deleted(object) && takes_grace(write.kind)) {
    grace = give_grace(deletion, fresh);
    if (grace == Grace::Pending) {
      return Removed{share(std::move(object)), false};
    }
  }
  if (auto allowed = admit_delete(write.registry, admitted(write, &object)); !allowed) {
    return refuse(std::move(allowed.error()));
  }
  if (mark_only(deletion, fresh)) {
    return Removed{store_changed(write, stored, std::move(fresh)), false};
  }
  if (is_namespace(write.kind) && write.kind.held_by_spec(fresh)) {
    return Removed{share(std::move(object)), false};
  }
  if (!is_being_deleted(object)) {
    grace = give_grace(deletion, fresh);
  }
  set_collector_finalizer(deletion, fresh);
  const bool held = !list_at(fresh, {"metadata", "finalizers"}).empty();
  if (grace == Grace::None && !held) {
    return end_of(deletion, object);
  }
  if (grace == Grace::None) {
    mark(write.registry, fresh);
  }
  const bool waits = number_at(fresh, {"metadata", "deletionGracePeriodSeconds"}) > 0;
  Shared marked = store_changed(write, stored, std::move(fresh));
  if (held || waits) {
    return Removed{std::move(marked), false};
  }
  return end_of(deletion, *marked);
}

// No negative time.
Value read_options(const Value& options) {
  Value how = options.is_object() ? options : Value::object();
  if (number_at(how, {"gracePeriodSeconds"}) < 0) {
    make_at(how, {"gracePeriodSeconds"}) = 1;
  }
  return how;
}

}  // namespace

Answer<Removed> Registry::remove(const Kind& kind,
                                 std::string_view ns,
                                 std::string_view name,
                                 const Value& delete_options,
                                 const WriteOptions& options) {
  const Key place = place_of(kind, ns, name);
  const Shared stored = store_.get(place);
  if (kind.bucket() == "jobs.batch" && !asked_policy(delete_options)) {
    warn(options,
         {"child pods are preserved by default when jobs are deleted; set "
          "propagationPolicy=Background to remove them or set propagationPolicy=Orphan to "
          "suppress this warning"});
  }
  if (stored == nullptr) {
    return refuse(missing(kind, name));
  }
  const Write write{*this, kind, place.ns, place.name, options};
  const Deletion deletion{write, read_options(delete_options)};
  return remove_object(deletion, stored, kind.from_storage(stored));
}

}  // namespace cfkops::sandbox
