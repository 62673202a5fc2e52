#include "version_range.hpp"

#include "cfkops/base/text.hpp"

#include <charconv>
#include <compare>

namespace cfkops::actions {

namespace {

Error bad_version(std::string_view text) {
  return make_error(
      ErrorCode::InvalidInput, "'" + std::string(text) + "' is no version", "for example 1.34.4");
}

std::strong_ordering compare(const std::vector<int>& a, const std::vector<int>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const int left = i < a.size() ? a[i] : 0;
    const int right = i < b.size() ? b[i] : 0;
    if (left != right) {
      return left <=> right;
    }
  }
  return std::strong_ordering::equal;
}

/// "=1.34" holds for 1.34.4: only the parts that are given count.
bool same(std::vector<int> version, const std::vector<int>& wanted) {
  version.resize(std::min(version.size(), wanted.size()));
  return std::is_eq(compare(version, wanted));
}

Result<bool> holds(const std::vector<int>& version, const std::string& term) {
  const std::size_t digits = term.find_first_of("0123456789v");
  const std::string sign = term.substr(0, digits);
  CFKOPS_ASSIGN(const std::vector<int> wanted,
                parse_version(digits == std::string::npos ? "" : term.substr(digits)));
  const std::strong_ordering order = compare(version, wanted);
  if (sign == ">=") {
    return std::is_gteq(order);
  }
  if (sign == "<=") {
    return std::is_lteq(order) || same(version, wanted);
  }
  if (sign == ">") {
    return std::is_gt(order);
  }
  if (sign == "<") {
    return std::is_lt(order);
  }
  if (sign == "!=") {
    return !same(version, wanted);
  }
  if (sign == "=" || sign == "==" || sign.empty()) {
    return same(version, wanted);
  }
  return make_error(
      ErrorCode::InvalidInput, "'" + sign + "' compares no versions", "for example >=1.25 <2");
}

}  // namespace

Result<std::vector<int>> parse_version(std::string_view text) {
  std::string_view rest = base::trim(text);
  if (rest.starts_with('v')) {
    rest.remove_prefix(1);
  }
  std::vector<int> parts;
  while (!rest.empty()) {
    int part = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), part);
    if (error != std::errc()) {
      break;
    }
    parts.push_back(part);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.starts_with('.')) {
      break;
    }
    rest.remove_prefix(1);
  }
  if (parts.empty()) {
    return bad_version(text);
  }
  return parts;
}

Result<bool> in_range(std::string_view version, std::string_view range) {
  CFKOPS_ASSIGN(const std::vector<int> parsed, parse_version(version));
  bool all = true;
  bool any = false;
  for (const std::string& term : base::split(range, ' ')) {
    if (term.empty()) {
      continue;
    }
    any = true;
    CFKOPS_ASSIGN(const bool one, holds(parsed, term));
    all = all && one;
  }
  if (!any) {
    return make_error(
        ErrorCode::InvalidInput, "an empty range of versions", "for example >=1.25 <2");
  }
  return all;
}

}  // namespace cfkops::actions
