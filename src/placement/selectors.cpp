#include "cfkops/placement/selectors.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cfkops::placement {

namespace {

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) {
    return std::nullopt;
  }
  return value;
}

bool compares(const Requirement& requirement, const std::string& value) {
  if (requirement.values.size() != 1) {
    return false;
  }
  const auto mine = whole(value);
  const auto bound = whole(requirement.values.front());
  if (!mine || !bound) {
    return false;
  }
  return requirement.op == "Gt" ? *mine > *bound : *mine < *bound;
}

Requirement requirement_of(const Json& json) {
  Requirement made{json.string_or("/key", ""), json.string_or("/operator", ""), {}};
  for (const Json& value : json.items("/values")) {
    made.values.push_back(value.string_or("", ""));
  }
  return made;
}

std::vector<Requirement> requirements_at(const Json& json, std::string_view pointer) {
  std::vector<Requirement> made;
  for (const Json& one : json.items(pointer)) {
    made.push_back(requirement_of(one));
  }
  return made;
}

bool all_hold(const std::vector<Requirement>& requirements, const Labels& labels) {
  return std::ranges::all_of(requirements,
                             [&](const Requirement& one) { return one.holds(labels); });
}

}  // namespace

bool Requirement::holds(const Labels& labels) const {
  const auto found = labels.find(key);
  const bool there = found != labels.end();
  if (op == "Exists" || op == "DoesNotExist") {
    return there == (op == "Exists");
  }
  if (op == "In" || op == "NotIn") {
    const bool listed = there && std::ranges::find(values, found->second) != values.end();
    return listed == (op == "In");
  }
  return (op == "Gt" || op == "Lt") && there && compares(*this, found->second);
}

LabelSelector LabelSelector::of(const Json& json) {
  LabelSelector made;
  made.given = json.is_object();
  for (const auto& [key, value] : json.members("/matchLabels")) {
    made.requirements.push_back({key, "In", {value.string_or("", "")}});
  }
  for (Requirement& one : requirements_at(json, "/matchExpressions")) {
    made.requirements.push_back(std::move(one));
  }
  return made;
}

bool LabelSelector::matches(const Labels& labels) const {
  return given && all_hold(requirements, labels);
}

NodeTerm NodeTerm::of(const Json& json) {
  return {requirements_at(json, "/matchExpressions"), requirements_at(json, "/matchFields")};
}

bool NodeTerm::holds(const Labels& of_node, const std::string& name) const {
  if (labels.empty() && fields.empty()) {
    return false;
  }
  return all_hold(labels, of_node) && all_hold(fields, {{"metadata.name", name}});
}

Labels labels_of(const Json& object) {
  return strings_at(object, "/metadata/labels");
}

Labels strings_at(const Json& json, std::string_view pointer) {
  Labels made;
  for (const auto& [key, value] : json.members(pointer)) {
    made.emplace(key, value.string_or("", ""));
  }
  return made;
}

std::vector<NodeTerm> terms_of(const Json& node_selector) {
  std::vector<NodeTerm> made;
  for (const Json& term : node_selector.items("/nodeSelectorTerms")) {
    made.push_back(NodeTerm::of(term));
  }
  return made;
}

bool any_holds(const std::vector<NodeTerm>& terms, const Labels& of_node, const std::string& name) {
  return std::ranges::any_of(terms, [&](const NodeTerm& one) { return one.holds(of_node, name); });
}

}  // namespace cfkops::placement
