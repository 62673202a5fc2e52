#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/resource.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// What the server says it serves, in its own order of preference.
struct Catalogue {
  struct Entry {
    Resource resource;
    std::string singular;
    std::vector<std::string> short_names;
    std::vector<std::string> verbs;

    /// It can be listed and made.
    [[nodiscard]] bool keeps_objects() const;
  };

  std::vector<Entry> entries;
  std::vector<std::string> silent;  ///< group/versions that did not answer

  /// Adds an APIGroupDiscoveryList (aggregated discovery, v2 or v2beta1).
  void add_groups(const Json& list);

  /// Adds an APIResourceList (one group/version, as older servers answer).
  void add_group_version(const Json& list);

  /// Entries that `word` names the way kubectl takes it, the first version of each group only.
  /// Short names count where nothing else matches.
  [[nodiscard]] std::vector<const Entry*> find(std::string_view word) const;

  /// All words that `find` knows, for a did-you-mean.
  [[nodiscard]] std::vector<std::string> words() const;
};

}  // namespace cfkops::kube
