#pragma once

#include "api/write_options.hpp"
#include "managed_fields.hpp"
#include "patch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What the body of a patch is, by its content type.
enum class PatchType { Json, Merge, Strategic, Apply };

/// Refused: 415 for what is none, as strategic patches of defined kinds are.
[[nodiscard]] Answer<PatchType> patch_type(const Exchange& exchange);

/// The body of a patch and how it is to be read.
struct PatchBody {
  PatchType type = PatchType::Merge;
  const Target& target;
  std::string_view text;
  const WriteQuery& query;
  std::vector<std::string>& warnings;
};

/// What a JSON, merge or strategic patch makes of `current`, decoded. Refused: 400, 422, 500.
[[nodiscard]] Answer<Value> patched(const PatchBody& body, const Value& current);

/// What an apply makes of `current`, null where there is nothing. Refused: 400, 409, 500.
[[nodiscard]] Answer<Value> applied(const PatchBody& body,
                                    const Value& current,
                                    const Manager& manager);

/// The body of an apply as one object; what comes twice in it goes to `strict`. Refused: 400.
[[nodiscard]] Answer<Value> read_config(const PatchBody& body, StrictErrors& strict);

/// What is said of what came twice. Refused: 400.
[[nodiscard]] Answer<void> judge_config(const PatchBody& body, const StrictErrors& strict);

}  // namespace cfkops::sandbox
