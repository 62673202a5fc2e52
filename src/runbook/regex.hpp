#pragma once

#include <tl/expected.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

 private:
  std::map<std::string, std::unique_ptr<re2::RE2>, std::less<>> compiled_;
};

}  // namespace cfkops::runbook
