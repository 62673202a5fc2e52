#include "kafka/bean_name.hpp"

#include <algorithm>
#include <cstddef>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kWild = "*?";

bool is_wild(std::string_view text) {
  return text.find_first_of(kWild) != std::string_view::npos;
}

/// "*" stands for any text, "?" for one character.
bool matches_wild(std::string_view pattern, std::string_view text) {
  if (pattern == "*") {
    return true;
  }
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      after_star = at;
    } else if (in < pattern.size() && (pattern[in] == '?' || pattern[in] == text[at])) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

/// Where the value that starts at `begin` ends: at a comma outside quotes.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  if (begin >= text.size() || text[begin] != '"') {
    return std::min(text.find(',', begin), text.size());
  }
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

}  // namespace

tl::expected<BeanName, std::string> BeanName::parse(std::string_view text) {
  BeanName name;
  name.text_ = std::string(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) {
    return tl::unexpected(std::string("Invalid object name. Key properties cannot be empty"));
  }
  name.domain_ = std::string(text.substr(0, colon));
  std::size_t at = colon + 1;
  while (at < text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (text.substr(at, comma - at) == "*") {
      name.open_ = true;
      at = comma + 1;
      continue;
    }
    const std::size_t equals = text.find('=', at);
    if (equals >= comma) {
      return tl::unexpected(std::string("Invalid object name. Unterminated key property part"));
    }
    const std::size_t end = end_of_value(text, equals + 1);
    std::string key(text.substr(at, equals - at));
    const bool is_known = std::ranges::any_of(
        name.properties_, [&](const auto& property) { return property.first == key; });
    if (is_known) {
      return tl::unexpected("Invalid object name. key `" + key + "' already defined");
    }
    name.properties_.emplace_back(std::move(key), text.substr(equals + 1, end - equals - 1));
    at = end + 1;
  }
  std::ranges::sort(name.properties_);
  return name;
}

bool BeanName::is_pattern() const {
  return open_ || is_wild(domain_) || std::ranges::any_of(properties_, [](const auto& property) {
           return is_wild(property.second);
         });
}

std::string BeanName::canonical() const {
  std::vector<BeanProperty> properties(properties_.begin(), properties_.end());
  std::string name = canonical_name(domain_, properties);
  if (open_) {
    name += properties.empty() ? "*" : ",*";
  }
  return name;
}

bool BeanName::matches_domain(std::string_view domain) const {
  return matches_wild(domain_, domain);
}

bool BeanName::accepts(std::string_view key, std::string_view value) const {
  const auto found = std::ranges::find_if(
      properties_, [&](const auto& property) { return property.first == key; });
  return found == properties_.end() ? open_ : matches_wild(found->second, value);
}

bool BeanName::matches(std::string_view domain, std::span<const BeanProperty> properties) const {
  const bool fits =
      open_ ? properties.size() >= properties_.size() : properties.size() == properties_.size();
  if (!fits || !matches_domain(domain)) {
    return false;
  }
  std::size_t at = 0;
  for (const BeanProperty& property : properties) {
    if (at == properties_.size() || properties_[at].first != property.first) {
      continue;
    }
    if (!matches_wild(properties_[at].second, property.second)) {
      return false;
    }
    ++at;
  }
  // Where the numbers are equal, so are the keys.
  return at == properties_.size();
}

void put_canonical_name(std::string& name,
                        std::string_view domain,
                        std::span<const BeanProperty> properties) {
  name.clear();
  std::size_t size = domain.size() + 1;
  for (const auto& [key, value] : properties) {
    size += key.size() + value.size() + 2;
  }
  name.reserve(size);
  name += domain;
  char separator = ':';
  for (const auto& [key, value] : properties) {
    name += separator;
    name += key;
    name += '=';
    name += value;
    separator = ',';
  }
  if (properties.empty()) {
    name += ':';
  }
}

std::string canonical_name(std::string_view domain, std::span<const BeanProperty> properties) {
  std::string name;
  put_canonical_name(name, domain, properties);
  return name;
}

}  // namespace cfkops::sandbox
