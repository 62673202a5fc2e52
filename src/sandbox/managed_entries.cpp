#include "managed_entries.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace cfkops::sandbox {

namespace {

// Members that Go's types have as structs or bare lists, so that an empty object has them too.
constexpr std::array<std::string_view, 9> kStructs = {"metadata",
                                                      "spec",
                                                      "status",
                                                      "template",
                                                      "updateStrategy",
                                                      "strategy",
                                                      "jobTemplate",
                                                      "loadBalancer",
                                                      "containers"};

constexpr std::array<std::string_view, 9> kServerMeta = {"f:name",
                                                         "f:namespace",
                                                         "f:creationTimestamp",
                                                         "f:selfLink",
                                                         "f:uid",
                                                         "f:clusterName",
                                                         "f:generation",
                                                         "f:managedFields",
                                                         "f:resourceVersion"};

bool is_builtin(std::string_view api_version) {
  const std::string_view group = api_version.substr(0, api_version.find('/'));
  constexpr std::string_view kOurs = ".k8s.io";
  return group == api_version || group.find('.') == std::string_view::npos ||
         (group.size() > kOurs.size() && group.substr(group.size() - kOurs.size()) == kOurs);
}

void fill_structs(const Schema& schema, Value& object) {
  for (const std::string_view name : kStructs) {
    const auto field = schema.fields.find(name);
    if (field == schema.fields.end()) {
      continue;
    }
    const Schema& below = *field->second;
    Value& member = object[std::string(name)];
    if (below.type == Schema::Type::List && member.is_null()) {
      member = Value::array();
    } else if (below.type == Schema::Type::Object) {
      if (member.is_null()) {
        member = Value::object();
      }
      if (member.is_object()) {
        fill_structs(below, member);
      }
    }
  }
}

/// None where the API server could not decode it.
std::optional<ManagedEntry> entry_of(const Value& value) {
  const std::string operation = text_at(value, {"operation"});
  if (text_at(value, {"fieldsType"}) != "FieldsV1" ||
      (operation != "Apply" && operation != "Update")) {
    return std::nullopt;
  }
  return ManagedEntry{text_at(value, {"manager"}),
                      operation,
                      text_at(value, {"apiVersion"}),
                      text_at(value, {"subresource"}),
                      text_at(value, {"time"}),
                      FieldSet::decode(object_at(value, {"fieldsV1"}))};
}

Value encoded(const ManagedEntry& entry) {
  Value value = {{"manager", entry.manager},
                 {"operation", entry.operation},
                 {"apiVersion", entry.api_version},
                 {"fieldsType", "FieldsV1"},
                 {"fieldsV1", entry.fields.encode()}};
  if (!entry.time.empty()) {
    value.emplace("time", entry.time);
  }
  if (!entry.subresource.empty()) {
    value.emplace("subresource", entry.subresource);
  }
  return value;
}

auto rank(const ManagedEntry& entry) {
  return std::tie(entry.operation, entry.time, entry.manager, entry.api_version, entry.subresource);
}

}  // namespace

bool ManagedEntry::same_as(const ManagedEntry& other) const {
  return manager == other.manager && operation == other.operation &&
         subresource == other.subresource &&
         (operation == "Apply" || api_version == other.api_version);
}

ManagedEntries entries_of(const Value& object) {
  ManagedEntries entries;
  for (const Value& value : list_at(object, {"metadata", "managedFields"})) {
    std::optional<ManagedEntry> entry = entry_of(value);
    if (!entry) {
      return {};
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

void write_entries(ManagedEntries entries, Value& object) {
  std::ranges::stable_sort(entries, [](const ManagedEntry& left, const ManagedEntry& right) {
    return rank(left) < rank(right);
  });
  Value list = Value::array();
  for (const ManagedEntry& entry : entries) {
    if (!entry.fields.empty()) {
      list.push_back(encoded(entry));
    }
  }
  if (list.empty()) {
    erase_at(object, {"metadata", "managedFields"});
  } else {
    make_at(object, {"metadata", "managedFields"}) = std::move(list);
  }
}

ManagedEntry& entry_for(ManagedEntries& entries,
                        const Manager& manager,
                        std::string_view operation) {
  ManagedEntry wanted{manager.name.empty() ? "unknown" : manager.name,
                      std::string(operation),
                      manager.api_version,
                      manager.subresource,
                      {},
                      {}};
  const auto found = std::ranges::find_if(
      entries, [&](const ManagedEntry& entry) { return entry.same_as(wanted); });
  return found != entries.end() ? *found : entries.emplace_back(std::move(wanted));
}

void strip_meta(FieldSet& fields) {
  fields.erase("f:apiVersion");
  fields.erase("f:kind");
  if (fields.find("f:metadata") == nullptr) {
    return;
  }
  FieldSet& meta = fields.below("f:metadata");
  meta.member = false;
  for (const std::string_view name : kServerMeta) {
    meta.erase(name);
  }
  if (meta.empty()) {
    fields.erase("f:metadata");
  }
}

void strip_reset(FieldSet& fields, const Manager& manager) {
  if (manager.subresource == "status") {
    fields.erase("f:spec");
  } else if (!manager.status_counts) {
    fields.erase("f:status");
  }
}

Value as_typed(const Schema* schema, const Value& object, const Manager& manager) {
  Value typed = object.is_object() ? object : Value::object();
  erase_at(typed, {"metadata", "managedFields"});
  if (schema != nullptr && is_builtin(manager.api_version)) {
    fill_structs(*schema, typed);
    if (text_at(typed, {"kind"}) == "PersistentVolumeClaim") {
      set_default(typed, {"spec", "resources"}, Value::object());
    }
  }
  return typed;
}

}  // namespace cfkops::sandbox
