#pragma once

#include "admission.hpp"
#include "managed_fields.hpp"
#include "registry.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// One write of the registry on its way. `ns` is "" for what lies in no namespace; `name` is ""
/// where it is still to be generated.
struct Write {
  Registry& registry;
  const Kind& kind;
  std::string ns;
  std::string name;
  const WriteOptions& options;
};

/// Bindings go straight to the store: no rules of updates, and nobody tracks the fields.
constexpr std::string_view kBinding = "binding";

/// Where an object of this kind lies.
[[nodiscard]] Key place_of(const Kind& kind, std::string_view ns, std::string_view name);

/// What is stored as the kind's version shows it; no copy where that is the same.
[[nodiscard]] Shared shown(const Kind& kind, const Shared& stored);

/// 404 for this kind.
[[nodiscard]] Refusal missing(const Kind& kind, std::string_view name);

/// Puts the request's namespace into an object that names none. Refused: 400 where it names
/// another.
[[nodiscard]] Answer<void> ensure_namespace(const Kind& kind, std::string_view ns, Value& object);

/// The number of metadata.resourceVersion, 0 for none. Refused: 500 in the parser's words.
[[nodiscard]] Answer<std::uint64_t> version_in(const Value& object);

/// What the handlers of requests do with a decoded object before the registry's own rules: equal
/// owners become one, the managed fields follow, admission fills in. `current` is null for a
/// create.
[[nodiscard]] Answer<void> prepare_write(const Write& write, const Shared& current, Value& object);

/// Checks and stores what is not there yet.
[[nodiscard]] Answer<Shared> store_new(const Write& write, Value object);

/// Stores `fresh` in place of `stored` unless they are the same. Its resourceVersion does not
/// matter.
[[nodiscard]] Shared store_changed(const Write& write, const Shared& stored, Value fresh);

/// Adds to the warnings of a write, if somebody wants them.
void warn(const WriteOptions& options, std::vector<std::string> warnings);

/// What admission is told.
[[nodiscard]] Admitted admitted(const Write& write, const Value* old);

}  // namespace cfkops::sandbox
