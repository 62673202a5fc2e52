#include "regex.hpp"

#include "span.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

constexpr std::size_t kMaxPatterns = 100;
constexpr std::size_t kMaxMatches = 100'000;
/// How many bytes all searches for one pattern's matches may have before them.
constexpr std::size_t kMaxLook = std::size_t{1} << 27U;

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

tl::expected<const re2::RE2*, std::string> RegexCache::compile(const std::string& pattern) {
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
  return &regex;
}

tl::expected<bool, std::string> RegexCache::matches(std::string_view text,
                                                    const std::string& pattern) {
  return compile(pattern).map(
      [&](const re2::RE2* regex) { return re2::RE2::PartialMatch(piece(text), *regex); });
}

tl::expected<std::vector<std::string>, std::string> RegexCache::find(std::string_view text,
                                                                     const std::string& pattern,
                                                                     std::size_t most) {
  const auto regex = compile(pattern);
  if (!regex) {
    return tl::make_unexpected(regex.error());
  }
  std::vector<std::string> found;
  std::size_t at = 0;
  std::size_t looked_at = 0;
  std::size_t last_end = std::string_view::npos;
  re2::StringPiece match;
  while (found.size() < most && at <= text.size() &&
         (*regex)->Match(piece(text), at, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
    looked_at += text.size() - at + 1;
    if (found.size() >= kMaxMatches || looked_at > kMaxLook) {
      return tl::make_unexpected("'" + pattern + "' matches too often");
    }
    const auto begin = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t end = begin + match.size();
    // As everywhere, an empty match right behind another does not count.
    if (!match.empty() || begin != last_end) {
      found.emplace_back(match.data(), match.size());
    }
    last_end = end;
    at = match.empty() ? next_character(text, std::min(end, text.size())) : end;
  }
  return found;
}

}  // namespace cfkops::runbook
