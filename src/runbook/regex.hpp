#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}  // namespace re2

namespace cfkops::runbook {

/// Why RE2 cannot compile a pattern, or nothing where it can.
[[nodiscard]] std::optional<std::string> regex_problem(std::string_view pattern);

/// The patterns of one evaluation, each compiled once.
class RegexCache {
 public:
  RegexCache();
  RegexCache(const RegexCache&) = delete;
  RegexCache& operator=(const RegexCache&) = delete;
  ~RegexCache();

  /// Whether `pattern` matches anywhere in `text`, or why the pattern is none.
  [[nodiscard]] tl::expected<bool, std::string> matches(std::string_view text,
                                                        const std::string& pattern);

  /// The parts of `text` that `pattern` matches, from the left, each behind the one before, at most
  /// `most`; or why the pattern is none, or that there are too many.
  [[nodiscard]] tl::expected<std::vector<std::string>, std::string> find(std::string_view text,
                                                                         const std::string& pattern,
                                                                         std::size_t most);

 private:
  [[nodiscard]] tl::expected<const re2::RE2*, std::string> compile(const std::string& pattern);

  std::map<std::string, std::unique_ptr<re2::RE2>, std::less<>> compiled_;
};

}  // namespace cfkops::runbook
