#include "regex.hpp"

#include <re2/re2.h>

#include <utility>

namespace cfkops::runbook {

namespace {

constexpr std::size_t kMaxPatterns = 100;

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{1} << 20U);
  return options;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

std::optional<std::string> regex_problem(std::string_view pattern) {
  const re2::RE2 regex(piece(pattern), quiet());
  return regex.ok() ? std::nullopt : std::optional(regex.error());
}

RegexCache::RegexCache() = default;

RegexCache::~RegexCache() = default;

tl::expected<bool, std::string> RegexCache::matches(std::string_view text,
                                                    const std::string& pattern) {
  auto found = compiled_.find(pattern);
  if (found == compiled_.end()) {
    if (compiled_.size() >= kMaxPatterns) {
      compiled_.clear();
    }
    found = compiled_.emplace(pattern, std::make_unique<re2::RE2>(piece(pattern), quiet())).first;
  }
  const re2::RE2& regex = *found->second;
  if (!regex.ok()) {
    return tl::make_unexpected("'" + pattern + "' is no regular expression: " + regex.error());
  }
  return re2::RE2::PartialMatch(piece(text), regex);
}

}  // namespace cfkops::runbook
