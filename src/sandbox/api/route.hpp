#pragma once

#include "kind_table.hpp"
#include "refusal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

/// The parameters of a query, decoded, in their order.
class Query {
 public:
  explicit Query(std::string_view text);

  /// The first of that name, "" where there is none.
  [[nodiscard]] std::string get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// What a path means.
struct Route {
  const Kind* kind = nullptr;  ///< nullptr: not a resource (discovery, health, version)
  std::string path;            ///< decoded
  std::string ns = {};
  std::string name = {};
  std::string subresource = {};
  std::string rest = {};  ///< behind "proxy/"
  bool watch = false;     ///< the old form, /api/v1/watch/…
};

/// Refused: 404 in plain text for what nobody serves.
[[nodiscard]] Answer<Route> find_route(const KindTable& kinds, std::string_view path);

/// Splits a request's target into path and query.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_target(std::string_view target);

}  // namespace cfkops::sandbox
