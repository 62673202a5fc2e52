#include "object_meta.hpp"
#include "registry.hpp"
#include "registry_steps.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

// Who names no version writes over the last one, if the kind allows that.
Answer<void> check_version(const Write& write, const Value& current, Value& fresh) {
  const kube::Resource& resource = write.kind.resource();
  const auto asked = version_in(fresh);
  if (!asked) {
    return refuse(asked.error());
  }
  const std::string now = text_at(current, {"metadata", "resourceVersion"});
  if (*asked == 0 && write.kind.updates_unconditionally()) {
    make_at(fresh, {"metadata", "resourceVersion"}) = now;
    return {};
  }
  if (*asked == 0) {
    FieldErrors errors;
    errors.invalid("metadata.resourceVersion", 0, "must be specified for an update");
    return refuse(invalid(resource.group, resource.plural, write.name, errors));
  }
  if (*asked != version_in(current).value_or(0)) {
    return refuse(conflict(resource.group, resource.plural, write.name, kModified));
  }
  return {};
}

/// Whether these are the same but for what all kinds have.
bool have_same_rest(const Value& one, const Value& other) {
  const auto next = [](auto& at, const Value& in) {
    while (at != in.end() &&
           (at.key() == "apiVersion" || at.key() == "kind" || at.key() == "metadata")) {
      ++at;
    }
  };
  auto left = one.begin();
  auto right = other.begin();
  for (;; ++left, ++right) {
    next(left, one);
    next(right, other);
    if (left == one.end() || right == other.end()) {
      return left == one.end() && right == other.end();
    }
    if (left.key() != right.key() || *left != *right) {
      return false;
    }
  }
}

bool differ(const Value& fresh, const Value& old, Path path) {
  const Value* before = find(old, path);
  const Value* now = find(fresh, path);
  return before == nullptr || now == nullptr ? before != now : *before != *now;
}

bool has_new_generation(const Kind& kind, const Value& fresh, const Value& old) {
  if (kind.counts_whole_generation()) {
    return !have_same_rest(fresh, old);
  }
  return differ(fresh, old, {"spec"});
}

void keep(const Value& old, Value& fresh, std::string_view name) {
  if (const Value* value = find(old, {"metadata", name}); value != nullptr) {
    make_at(fresh, {"metadata", name}) = *value;
  }
}

// What an update cannot change is as it was.
void prepare_change(const Write& write, const Value& old, Value& fresh) {
  const Kind& kind = write.kind;
  erase_at(fresh, {"metadata", "generation"});
  keep(old, fresh, "generation");
  kind.prepare_update(fresh, old, write.options.subresource);
  const std::string& subresource = write.options.subresource;
  const bool counts =
      kind.counts_generation() && subresource != "status" && subresource != "binding";
  if (counts && has_new_generation(kind, fresh, old)) {
    make_at(fresh, {"metadata", "generation"}) = number_at(old, {"metadata", "generation"}) + 1;
  }
  if (uid_of(fresh).empty()) {
    keep(old, fresh, "uid");
  }
  keep(old, fresh, "creationTimestamp");
  keep(old, fresh, "deletionTimestamp");
  if (find(fresh, {"metadata", "deletionGracePeriodSeconds"}) == nullptr) {
    keep(old, fresh, "deletionGracePeriodSeconds");
  }
}

// What is checked for all kinds alike: all but whether finalizers have a prefix.
void check_metadata(const Write& write, const Value& old, const Value& fresh, FieldErrors& errors) {
  FieldErrors all;
  validate_object_meta(fresh, write.kind.resource().namespaced, all);
  validate_object_meta_update(fresh, old, all);
  for (const FieldError& error : all.all()) {
    if (!error.field.starts_with("metadata.finalizers[")) {
      errors.add(error);
    }
  }
}

// The API server looks at the metadata twice: for all kinds alike and for each of them.
Answer<void> check_change(const Write& write, const Value& old, const Value& fresh) {
  const Kind& kind = write.kind;
  const kube::Resource& resource = kind.resource();
  const std::string& subresource = write.options.subresource;
  FieldErrors errors;
  check_metadata(write, old, fresh, errors);
  validate_object_meta_update(fresh, old, errors);
  if (!kind.is_defined() && subresource != "status" && subresource != "finalize") {
    validate_object_meta(fresh, resource.namespaced, errors);
    kind.validate_names(fresh, errors);
  }
  kind.validate_update(fresh, old, subresource, errors);
  if (!errors.empty()) {
    return refuse(invalid(kind.refusal_group(), resource.kind, name_of(fresh), errors));
  }
  warn(write.options, kind.warnings(fresh, &old));
  return {};
}

// Whether what was being deleted has lost the last thing that held it.
bool is_gone(const Kind& kind, const Value& old, const Value& fresh) {
  return list_at(fresh, {"metadata", "finalizers"}).empty() &&
         find(old, {"metadata", "deletionTimestamp"}) != nullptr &&
         number_at(old, {"metadata", "deletionGracePeriodSeconds"}) == 0 &&
         !kind.held_by_spec(fresh);
}

Answer<Written> store_change(const Write& write,
                             const Shared& stored,
                             const Value& current,
                             Value fresh) {
  if (auto checked = check_version(write, current, fresh); !checked) {
    return refuse(std::move(checked.error()));
  }
  prepare_change(write, current, fresh);
  if (auto checked = check_change(write, current, fresh); !checked) {
    return refuse(std::move(checked.error()));
  }
  fresh = settle_apply(write.kind.schema(), current, std::move(fresh));
  const bool dry = write.options.dry_run;
  if (auto allowed = admit_finished(write.registry, admitted(write, &current), fresh, dry);
      !allowed) {
    return refuse(std::move(allowed.error()));
  }
  if (is_gone(write.kind, current, fresh)) {
    if (!dry) {
      static_cast<void>(write.registry.store().remove(place_of(write.kind, write.ns, write.name)));
    }
    return Written{share(std::move(fresh)), false};
  }
  return Written{store_changed(write, stored, std::move(fresh)), false};
}

}  // namespace

Answer<Written> Registry::update(const Kind& kind,
                                 std::string_view ns,
                                 std::string_view name,
                                 const Transform& transform,
                                 const WriteOptions& options) {
  const Key place = place_of(kind, ns, name);
  const Write write{*this, kind, place.ns, place.name, options};
  const Shared stored = store_.get(place);
  const bool may_create =
      options.subresource.empty() && (kind.upserts() || options.operation == "Apply");
  if (stored == nullptr && !may_create) {
    return refuse(missing(kind, name));
  }
  const Shared current = stored == nullptr ? nullptr : shown(kind, stored);
  auto made = transform(current);
  if (!made) {
    return refuse(std::move(made.error()));
  }
  Value fresh = std::move(*made);
  if (options.subresource == kBinding) {
    return Written{store_changed(write, stored, std::move(fresh)), false};
  }
  kind.set_defaults(fresh);
  if (auto ensured = ensure_namespace(kind, place.ns, fresh); !ensured) {
    return refuse(std::move(ensured.error()));
  }
  if (auto prepared = prepare_write(write, current, fresh); !prepared) {
    return refuse(std::move(prepared.error()));
  }
  if (current != nullptr) {
    return store_change(write, stored, *current, std::move(fresh));
  }
  erase_at(fresh, {"metadata", "resourceVersion"});
  auto created = store_new(write, std::move(fresh));
  if (!created) {
    return refuse(std::move(created.error()));
  }
  return Written{std::move(*created), true};
}

}  // namespace cfkops::sandbox
