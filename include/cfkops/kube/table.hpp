#pragma once

#include <string>
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

}  // namespace cfkops::kube
