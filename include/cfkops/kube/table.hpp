#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// A list as the server renders it for people (meta.k8s.io/v1 Table): far smaller than the objects.
struct Table {
  /// What one column shows.
  struct Column {
    std::string name;
    int priority = 0;  ///< above 0: only shown wide
  };

  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::string resource_version;
};

/// Adds a page of a Table, as `Reader::batch` gives it, and returns the token of the next one, or
/// "". Errors: Protocol.
[[nodiscard]] Result<std::string> add_table_page(std::string_view body, Table& table);

/// Reads a page of a list, as `Reader::batch` gives it, item by item, so that no more than one is
/// in memory besides the text; returns the token of the next page, or "". Items are as the server
/// gives them: most without apiVersion and kind. Errors: Protocol; some items may have been visited
/// by then.
[[nodiscard]] Result<std::string> each_item(std::string_view body,
                                            const std::function<void(const Json& item)>& visit);

}  // namespace cfkops::kube
