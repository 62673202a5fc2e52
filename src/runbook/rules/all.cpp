#include "rules/families.hpp"

#include <algorithm>
#include <vector>

namespace cfkops::runbook {

namespace rules {

namespace {

std::vector<Rule> gather() {
  std::vector<Rule> all;
  for (const std::span<const Rule> family : {file_rules(),
                                             schema_rules(),
                                             parameter_rules(),
                                             expression_rules(),
                                             secret_rules(),
                                             step_rules(),
                                             repetition_rules(),
                                             recovery_rules(),
                                             kafka_rules(),
                                             node_rules(),
                                             change_rules(),
                                             text_rules(),
                                             ignore_rules()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  std::sort(all.begin(), all.end(), [](const Rule& a, const Rule& b) {
    return a.spec.code < b.spec.code;
  });
  return all;
}

}  // namespace

std::span<const Rule> all() {
  static const std::vector<Rule> kRules = gather();
  return kRules;
}

}  // namespace rules

std::string_view to_string(Profile profile) {
  switch (profile) {
    case Profile::Basic:
      return "basic";
    case Profile::Ci:
      return "ci";
    case Profile::Production:
      return "production";
  }
  return "basic";
}

std::optional<Profile> profile_of(std::string_view name) {
  for (const Profile profile : {Profile::Basic, Profile::Ci, Profile::Production}) {
    if (name == to_string(profile)) {
      return profile;
    }
  }
  return std::nullopt;
}

std::span<const RuleSpec> all_rules() {
  static const std::vector<RuleSpec> kSpecs = [] {
    std::vector<RuleSpec> specs;
    for (const rules::Rule& rule : rules::all()) {
      specs.push_back(rule.spec);
    }
    return specs;
  }();
  return kSpecs;
}

const RuleSpec* find_rule(std::string_view code) {
  const auto rules = all_rules();
  const auto found = std::find_if(
      rules.begin(), rules.end(), [code](const RuleSpec& rule) { return rule.code == code; });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace cfkops::runbook
