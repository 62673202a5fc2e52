#pragma once

#include "cfkops/kube/object.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cfkops::kube {

/// A list as it is written, taken apart.
struct SplitList {
  std::vector<std::string_view> items;  ///< the elements of its "items"
  std::string rest;                     ///< all but these: {"kind":"PodList","items":[], …}
};

/// Finds the items without reading them. Nothing where there is no list of objects to be found, or
/// not for certain. The items and the rest may still be malformed; where they are not, neither is
/// the whole.
[[nodiscard]] std::optional<SplitList> split_list(std::string_view body);

/// Objects that lists were made of lately, by their text. A list is read again and again while one
/// waits for one of its objects; all others are then as they were, and need not be read anew.
class KnownItems {
 public:
  /// What this text says, with the apiVersion and kind that servers leave out. Nothing where it is
  /// no JSON object.
  [[nodiscard]] std::optional<Object> object(std::string_view text,
                                             const std::string& api_version,
                                             const std::string& kind);

  /// To be told at the end of each page: forgets what has not been seen for long, or is too much.
  void end_page();

 private:
  struct Item {
    Object object;
    std::string api_version;
    std::string kind;
    std::uint64_t page = 0;  ///< in which it was seen last
  };

  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name

    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::unordered_map<std::string, Item, Hash, std::equal_to<>> items_;
  std::size_t bytes_ = 0;  ///< of all texts
  std::uint64_t page_ = 0;
};

}  // namespace cfkops::kube
