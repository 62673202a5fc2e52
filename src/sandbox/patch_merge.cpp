#include "patch.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

/// What is new in an object brings no nulls, not even in the objects of its lists.
void drop_nulls(Value& value) {
  if (value.is_array()) {
    for (Value& element : value) {
      drop_nulls(element);
    }
    return;
  }
  if (!value.is_object()) {
    return;
  }
  for (auto member = value.begin(); member != value.end();) {
    if (member->is_null()) {
      member = value.erase(member);
      continue;
    }
    drop_nulls(*member);
    ++member;
  }
}

Value without_nulls(Value value) {
  drop_nulls(value);
  return value;
}

void merge_into(Value& object, const Value& patch) {
  for (const auto& [name, change] : patch.items()) {
    if (change.is_null()) {
      object.erase(name);
      continue;
    }
    const auto current = object.find(name);
    if (current == object.end()) {
      object.emplace(name, without_nulls(change));
    } else if (!current->is_object()) {
      *current = without_nulls(change);
    } else if (!change.is_object()) {
      *current = change;
    } else {
      merge_into(*current, change);
    }
  }
}

}  // namespace

Value merge_patch(Value object, const Value& patch) {
  if (!patch.is_object()) {
    return object;
  }
  if (!object.is_object()) {
    return without_nulls(patch);
  }
  merge_into(object, patch);
  return object;
}

}  // namespace cfkops::sandbox
