#include "api/accept.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::pair<std::string_view, std::string_view> cut(std::string_view text, char at) {
  const std::size_t found = text.find(at);
  if (found == std::string_view::npos) {
    return {trimmed(text), {}};
  }
  return {trimmed(text.substr(0, found)), trimmed(text.substr(found + 1))};
}

double quality_of(std::string_view text) {
  // from_chars for floating point is not in every standard library of ours.
  if (text.empty() || text.front() == '1') {
    return 1;
  }
  double quality = 0;
  double weight = 0.1;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') {
      return 1;
    }
    quality += weight * (digit - '0');
    weight /= 10;
  }
  return quality;
}

AcceptClause clause_of(std::string_view text) {
  AcceptClause clause;
  auto [media, rest] = cut(text, ';');
  const auto [type, subtype] = cut(media, '/');
  clause.type = type;
  clause.subtype = subtype.empty() && type == "*" ? "*" : subtype;
  while (!rest.empty()) {
    const auto [parameter, others] = cut(rest, ';');
    const auto [name, value] = cut(parameter, '=');
    rest = others;
    if (name == "q") {
      clause.quality = quality_of(value);
    } else if (!name.empty()) {
      clause.parameters.insert_or_assign(std::string(name), std::string(value));
    }
  }
  return clause;
}

}  // namespace

bool AcceptClause::takes(std::string_view full_type) const {
  const auto [wanted_type, wanted_subtype] = cut(full_type, '/');
  return (type == "*" || type == wanted_type) && (subtype == "*" || subtype == wanted_subtype);
}

std::vector<AcceptClause> read_accept(std::string_view header) {
  std::vector<AcceptClause> clauses;
  while (!header.empty()) {
    const auto [clause, rest] = cut(header, ',');
    header = rest;
    if (!clause.empty()) {
      clauses.push_back(clause_of(clause));
    }
  }
  if (clauses.empty()) {
    clauses.push_back({"*", "*"});
  }
  std::ranges::stable_sort(clauses, std::ranges::greater(), &AcceptClause::quality);
  return clauses;
}

}  // namespace cfkops::sandbox
