#include "registry_steps.hpp"

#include "facts.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cfkops::sandbox {

namespace {

// What stands before the slash of an agent, as far as it can be printed and is short enough.
std::string program_of(std::string_view agent) {
  constexpr std::size_t kMost = 128;
  std::string name;
  for (const char letter : agent.substr(0, agent.find('/'))) {
    const auto code = static_cast<unsigned char>(letter);
    if (code >= 0x20 && code != 0x7f && name.size() < kMost) {
      name += letter;
    }
  }
  return name;
}

Manager manager_of(const Write& write) {
  const WriteOptions& options = write.options;
  Manager manager;
  manager.name = options.manager.empty() ? program_of(options.caller.agent) : options.manager;
  manager.api_version = write.kind.resource().api_version();
  manager.subresource = options.subresource;
  manager.time = write.registry.timestamp();
  manager.status_counts = !write.kind.has_status();
  return manager;
}

void drop_double_owners(Value& object, const WriteOptions& options) {
  Value* owners = find(object, {"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->is_array()) {
    return;
  }
  Value once = Value::array();
  std::vector<std::string> doubles;
  for (const Value& owner : *owners) {
    if (std::ranges::find(once, owner) == once.end()) {
      once.push_back(owner);
    } else if (const std::string uid = text_at(owner, {"uid"});
               std::ranges::find(doubles, uid) == doubles.end()) {
      doubles.push_back(uid);
    }
  }
  if (doubles.empty()) {
    return;
  }
  *owners = std::move(once);
  warn(options,
       {fmt::format(".metadata.ownerReferences contains duplicate entries; API server dedups owner "
                    "references in 1.20+, and may reject such requests as early as 1.24; please "
                    "fix your requests; duplicate UID(s) observed: {}",
                    fmt::join(doubles, ", "))});
}

Answer<void> check_new(const Write& write, const Value& object) {
  const Kind& kind = write.kind;
  FieldErrors errors;
  validate_object_meta(object, kind.resource().namespaced, errors);
  kind.validate_names(object, errors);
  kind.validate(object, errors);
  if (!errors.empty()) {
    return refuse(invalid(kind.refusal_group(), kind.resource().kind, name_of(object), errors));
  }
  warn(write.options, kind.warnings(object, nullptr));
  return {};
}

Refusal taken(const Kind& kind, const Value& there, std::string_view name) {
  Refusal refusal = already_exists(kind.resource().group, kind.resource().plural, name);
  if (find(there, {"metadata", "deletionTimestamp"}) != nullptr) {
    refusal.message = "object is being deleted: " + refusal.message;
  }
  return refusal;
}

Refusal version_of_a_new_one() {
  Refusal refusal;
  refusal.code = 500;
  refusal.reason.clear();
  refusal.message = "resourceVersion should not be set on objects to be created";
  return refusal;
}

}  // namespace

Key place_of(const Kind& kind, std::string_view ns, std::string_view name) {
  return {kind.bucket(),
          kind.resource().namespaced ? std::string(ns) : std::string(),
          std::string(name)};
}

Shared shown(const Kind& kind, const Shared& stored) {
  const bool same = !kind.is_defined() && kind.is_storage_version() &&
                    facts_of(stored).api_version == kind.resource().api_version();
  return same ? stored : share(kind.from_storage(stored));
}

Refusal missing(const Kind& kind, std::string_view name) {
  return not_found(kind.resource().group, kind.resource().plural, name);
}

Answer<void> ensure_namespace(const Kind& kind, std::string_view ns, Value& object) {
  const std::string named = namespace_of(object);
  if (!kind.resource().namespaced) {
    erase_at(object, {"metadata", "namespace"});
  } else if (named.empty()) {
    make_at(object, {"metadata", "namespace"}) = std::string(ns);
  } else if (named != ns) {
    return refuse(
        bad_request("the namespace of the provided object does not match the namespace sent on the "
                    "request"));
  }
  return {};
}

Answer<std::uint64_t> version_in(const Value& object) {
  const std::string text = text_at(object, {"metadata", "resourceVersion"});
  std::uint64_t version = 0;
  if (text.empty()) {
    return version;
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, version);
  if (error == std::errc() && stop == end) {
    return version;
  }
  Refusal refusal;
  refusal.code = 500;
  refusal.reason.clear();
  refusal.message = fmt::format(
      "strconv.ParseUint: parsing {}: {}",
      go_quoted(text),
      error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax");
  return refuse(std::move(refusal));
}

Answer<void> prepare_write(const Write& write, const Shared& current, Value& object) {
  drop_double_owners(object, write.options);
  if (write.options.operation == "Update") {
    const Value nothing;
    object = manage_update(write.kind.schema(),
                           current == nullptr ? nothing : *current,
                           std::move(object),
                           manager_of(write));
  }
  return admit(write.registry, admitted(write, current.get()), object);
}

Answer<Shared> store_new(const Write& write, Value object) {
  const Kind& kind = write.kind;
  make_at(object, {"metadata", "creationTimestamp"}) = write.registry.timestamp();
  make_at(object, {"metadata", "uid"}) = write.registry.random().uid();
  if (kind.counts_generation()) {
    make_at(object, {"metadata", "generation"}) = 1;
  }
  kind.prepare_create(object);
  if (auto checked = check_new(write, object); !checked) {
    return refuse(std::move(checked.error()));
  }
  const bool dry = write.options.dry_run;
  if (auto allowed = admit_finished(write.registry, admitted(write, nullptr), object, dry);
      !allowed) {
    return refuse(std::move(allowed.error()));
  }
  if (!dry && version_in(object).value_or(0) != 0) {
    return refuse(version_of_a_new_one());
  }
  const std::string name = name_of(object);
  const Key place = place_of(kind, write.ns, name);
  if (const Shared there = write.registry.store().get(place); there != nullptr) {
    return refuse(taken(kind, *there, name));
  }
  if (dry) {
    return share(std::move(object));
  }
  return shown(kind, write.registry.store().put(place, kind.to_storage(std::move(object))));
}

Shared store_changed(const Write& write, const Shared& stored, Value fresh) {
  make_at(fresh, {"metadata", "resourceVersion"}) =
      text_at(*stored, {"metadata", "resourceVersion"});
  if (write.options.dry_run) {
    return share(std::move(fresh));
  }
  Value kept = write.kind.to_storage(std::move(fresh));
  if (kept == *stored) {
    return shown(write.kind, stored);
  }
  const Key place = place_of(write.kind, write.ns, write.name);
  return shown(write.kind, write.registry.store().put(place, std::move(kept)));
}

void warn(const WriteOptions& options, std::vector<std::string> warnings) {
  if (options.warnings == nullptr) {
    return;
  }
  for (std::string& warning : warnings) {
    options.warnings->push_back(std::move(warning));
  }
}

Admitted admitted(const Write& write, const Value* old) {
  return {write.kind, write.ns, write.name, write.options.subresource, write.options.caller, old};
}

}  // namespace cfkops::sandbox
