#pragma once

#include "kind.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// The kinds that are served now: the built-in ones, and those that definitions bring and take.
class KindTable {
 public:
  /// With the built-in kinds (kinds/builtin.cpp).
  KindTable();

  /// By the words of a URL path; nullptr where it is not served.
  [[nodiscard]] const Kind* find(std::string_view group,
                                 std::string_view version,
                                 std::string_view plural) const;

  /// By "apps/v1" and "StatefulSet".
  [[nodiscard]] const Kind* find_kind(std::string_view api_version, std::string_view kind) const;

  /// By group and kind, in whatever version is preferred.
  [[nodiscard]] const Kind* preferred(std::string_view group, std::string_view kind) const;

  /// The kind in whose version a bucket's objects are stored.
  [[nodiscard]] const Kind* of_bucket(std::string_view bucket) const;

  [[nodiscard]] bool has_group_version(std::string_view group, std::string_view version) const;

  /// All, in the order of discovery.
  [[nodiscard]] std::vector<const Kind*> all() const;

  void add(std::unique_ptr<Kind> kind);

  /// Takes away what a definition brought. It is not found any more, but stays alive for those who
  /// hold it, as open watches do.
  void remove_group_kind(std::string_view group, std::string_view kind);

 private:
  std::vector<std::unique_ptr<Kind>> kinds_;
  std::vector<std::unique_ptr<Kind>> removed_;
};

/// Every built-in kind; each stands in a file kinds/<kind>.cpp.
[[nodiscard]] std::vector<std::unique_ptr<Kind>> builtin_kinds();

}  // namespace cfkops::sandbox
