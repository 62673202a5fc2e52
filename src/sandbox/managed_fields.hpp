#pragma once

#include "refusal.hpp"
#include "schema.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// Who writes, for the entries of metadata.managedFields.
struct Manager {
  std::string name;
  std::string api_version;
  std::string subresource = {};
  std::string time;  ///< RFC 3339
  /// Of kinds without the subresource: their status is a field like any other.
  bool status_counts = false;
};

/// `fresh` with managedFields as they are after an update of `live` (null for a create): what
/// changed belongs to the manager, what is gone to nobody. An empty list in `fresh` that was sent
/// on purpose resets them. Without a schema (`nullptr`) every list is atomic.
[[nodiscard]] Value manage_update(const Schema* schema,
                                  const Value& live,
                                  Value fresh,
                                  const Manager& manager);

/// Server-side apply (structured-merge-diff v6): merges `config` into `live` (null where there is
/// none), removes what only this manager had and leaves out now, records what it owns. Refused: 409
/// with a cause for each conflict unless `force`, 400 or 500 for what cannot be merged. The result
/// has its managedFields but defaults are not filled in yet.
[[nodiscard]] Answer<Value> apply_config(const Schema* schema,
                                         const Value& live,
                                         const Value& config,
                                         const Manager& manager,
                                         bool force);

/// After defaults and preparation, which change no ownership: `live` as it was where nothing but a
/// time of managed fields differs, else `applied`.
[[nodiscard]] Value settle_apply(const Schema* schema, const Value& live, Value applied);

}  // namespace cfkops::sandbox
