#include "hindsight.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace cfkops::kube {

namespace {

using nlohmann::json;

/// How lists are compared: a merge patch replaces them, the others merge them.
enum class Lists { Whole, Merged };

bool covers(const json& now, const json& wanted, Lists lists);

bool covers_list(const json& now, const json& wanted, Lists lists) {
  if (lists == Lists::Whole) {
    return now == wanted;
  }
  return now.is_array() && std::all_of(wanted.begin(), wanted.end(), [&](const json& item) {
           return std::any_of(now.begin(), now.end(), [&](const json& candidate) {
             return covers(candidate, item, lists);
           });
         });
}

/// Whether `now` says everything that `wanted` says; null means absent.
bool covers(const json& now, const json& wanted, Lists lists) {
  if (wanted.is_array()) {
    return covers_list(now, wanted, lists);
  }
  if (!wanted.is_object()) {
    return now == wanted;
  }
  if (!now.is_object()) {
    return false;
  }
  for (const auto& [key, value] : wanted.items()) {
    const auto found = now.find(key);
    const bool absent = found == now.end() || found->is_null();
    if (value.is_null() ? !absent : absent || !covers(*found, value, lists)) {
      return false;
    }
  }
  return true;
}

/// Strategic merge patches may carry directives, which say how and not what.
bool has_directives(const json& patch) {
  if (!patch.is_structured()) {
    return false;
  }
  for (const auto& [key, value] : patch.items()) {
    if ((patch.is_object() && key.starts_with("$")) || has_directives(value)) {
      return true;
    }
  }
  return false;
}

/// A JSON patch operation has happened as far as the object can tell.
Achieved is_operation_done(const json& now, const json& operation) {
  const std::string op = operation.value("op", "");
  const std::string text = operation.value("path", "");
  const bool appends = text.ends_with("/-");
  const bool indexed = text.find_first_of("0123456789", text.rfind('/')) != std::string::npos;
  if (op == "test") {
    return Achieved::Yes;
  }
  if (appends || (op != "add" && op != "replace" && op != "remove") ||
      (op == "remove" && indexed)) {
    return Achieved::CannotTell;
  }
  const json::json_pointer path(text);
  if (op == "remove") {
    return now.contains(path) ? Achieved::No : Achieved::Yes;
  }
  const auto value = operation.find("value");
  return value != operation.end() && now.contains(path) && now.at(path) == *value ? Achieved::Yes
                                                                                  : Achieved::No;
}

Achieved are_operations_done(const json& now, const json& operations) {
  Achieved all = Achieved::Yes;
  for (const json& operation : operations) {
    const Achieved one =
        operation.is_object() ? is_operation_done(now, operation) : Achieved::CannotTell;
    if (one == Achieved::No) {
      return one;
    }
    all = one == Achieved::CannotTell ? one : all;
  }
  return all;
}

json without_server_fields(json wanted) {
  wanted.erase("status");
  const auto metadata = wanted.find("metadata");
  if (metadata != wanted.end() && metadata->is_object()) {
    for (const char* field : {"resourceVersion",
                              "generation",
                              "managedFields",
                              "creationTimestamp",
                              "uid",
                              "selfLink"}) {
      metadata->erase(field);
    }
  }
  return wanted;
}

Achieved verdict(bool yes) {
  return yes ? Achieved::Yes : Achieved::No;
}

}  // namespace

Achieved is_gone(const Result<Object>& now, const Precondition& precondition) {
  if (!now) {
    return now.error().code == ErrorCode::NotFound ? Achieved::Yes : Achieved::CannotTell;
  }
  if (now->deleting()) {
    return Achieved::Yes;
  }
  if (!precondition.uid.empty()) {
    return verdict(now->uid() != precondition.uid);
  }
  return now->resource_version() == precondition.resource_version ? Achieved::No
                                                                  : Achieved::CannotTell;
}

Achieved is_patched(const Result<Object>& now,
                    PatchType type,
                    const Json& patch,
                    const Precondition& precondition) {
  if (!now) {
    return now.error().code == ErrorCode::NotFound ? Achieved::No : Achieved::CannotTell;
  }
  if (!precondition.uid.empty() && now->uid() != precondition.uid) {
    return Achieved::No;
  }
  const json& object = now->json().raw();
  try {
    if (type == PatchType::Json) {
      return are_operations_done(object, patch.raw());
    }
    if (type != PatchType::Merge && has_directives(patch.raw())) {
      return Achieved::CannotTell;
    }
    const Lists lists = type == PatchType::Merge ? Lists::Whole : Lists::Merged;
    return verdict(covers(object, patch.raw(), lists));
  } catch (const json::exception&) {  // a pointer or a type that makes no sense
    return Achieved::CannotTell;
  }
}

Achieved is_updated(const Result<Object>& now, const Json& wanted) {
  if (!now) {
    return now.error().code == ErrorCode::NotFound ? Achieved::No : Achieved::CannotTell;
  }
  const std::string uid = wanted.string_or("/metadata/uid", "");
  if (!uid.empty() && now->uid() != uid) {
    return Achieved::No;
  }
  return verdict(covers(now->json().raw(), without_server_fields(wanted.raw()), Lists::Whole));
}

Achieved is_scaled(const Result<Object>& now, int replicas) {
  if (!now) {
    return now.error().code == ErrorCode::NotFound ? Achieved::No : Achieved::CannotTell;
  }
  return verdict(now->json().int_or("/spec/replicas", -1) == replicas);
}

}  // namespace cfkops::kube
