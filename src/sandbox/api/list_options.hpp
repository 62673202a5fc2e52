#pragma once

#include "api/exchange.hpp"
#include "selector.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// The parameters of a list, a watch or a delete of a collection, checked.
struct ListOptions {
  LabelSelector labels = {};
  FieldSelector fields = {};
  std::int64_t limit = 0;
  std::string next = {};  ///< `continue`
  std::string version = {};
  std::string match = {};
  std::optional<bool> initial_events = {};
  bool bookmarks = false;
  std::int64_t timeout_seconds = 0;
};

/// Refused: 400 for what cannot be read, 422 for what does not go together.
[[nodiscard]] Answer<ListOptions> read_list_options(const Exchange& exchange, bool watch);

/// Whether the query asks for a watch.
[[nodiscard]] bool asks_for_watch(const Query& query);

/// A flag of a query: what is there and neither "0" nor "false" is true.
[[nodiscard]] bool query_flag(const Query& query, std::string_view name);

/// A number of a query, 0 where there is none. Refused: 400 in strconv's words.
[[nodiscard]] Answer<std::int64_t> query_number(const Query& query, std::string_view name);

/// Whether the selectors take an object of this kind, as its version shows it.
[[nodiscard]] bool selects(const ListOptions& options, const Kind& kind, const Value& object);

/// Reads a resource version; 0 for "". Refused with the parser's words, code 500 and no reason, as
/// a get and a watch are.
[[nodiscard]] Answer<std::uint64_t> read_version(std::string_view text);

/// A version that is not there yet.
[[nodiscard]] Refusal version_too_large(std::uint64_t asked, std::uint64_t current);

}  // namespace cfkops::sandbox
