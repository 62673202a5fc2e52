#pragma once

#include "field_set.hpp"
#include "managed_fields.hpp"
#include "value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// One entry of metadata.managedFields, taken apart.
struct ManagedEntry {
  std::string manager;
  std::string operation;
  std::string api_version;
  std::string subresource;
  std::string time;  ///< "" for none
  FieldSet fields;

  /// Of the same manager: appliers whatever their version.
  [[nodiscard]] bool same_as(const ManagedEntry& other) const;
};

using ManagedEntries = std::vector<ManagedEntry>;

/// Those of an object, none where one of them is odd.
[[nodiscard]] ManagedEntries entries_of(const Value& object);

/// Writes them into an object in the order that the API server gives them; those without fields go.
void write_entries(ManagedEntries entries, Value& object);

/// The entry of a manager, made where it is missing.
[[nodiscard]] ManagedEntry& entry_for(ManagedEntries& entries,
                                      const Manager& manager,
                                      std::string_view operation);

/// Takes out what managed fields never tell: apiVersion, kind, name, uid and such.
void strip_meta(FieldSet& fields);

/// Takes out what a write through this subresource does not change.
void strip_reset(FieldSet& fields, const Manager& manager);

/// An object without managedFields, with those members that Go's type has as structs although they
/// may be empty, so that they count as there before.
[[nodiscard]] Value as_typed(const Schema* schema, const Value& object, const Manager& manager);

}  // namespace cfkops::sandbox
