#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// One clause of an Accept header.
struct AcceptClause {
  std::string type;     ///< "application"
  std::string subtype;  ///< "json"
  std::map<std::string, std::string> parameters = {};
  double quality = 1;

  /// Whether it means this type, by stars too.
  [[nodiscard]] bool takes(std::string_view full_type) const;
};

/// The clauses, the dearest first; one that takes everything for an empty header.
[[nodiscard]] std::vector<AcceptClause> read_accept(std::string_view header);

}  // namespace cfkops::sandbox
