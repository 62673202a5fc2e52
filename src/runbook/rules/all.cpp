#include "rules/families.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
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
                                             upgrade_rules(),
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

namespace {

/// A page of the documentation, with how the numbers of its rules begin; the first that fits
/// counts.
struct Page {
  std::string_view file;
  std::string_view numbers;  ///< with spaces between them
};

constexpr std::array<Page, 10> kPages = {{
    {"file.md", "F Y"},
    {"keys.md", "S"},
    {"parameters.md", "P"},
    {"expressions.md", "E"},
    {"secrets.md", "Z"},
    {"repetition.md", "X002 X005 X006 X007 X011 X013"},
    {"steps.md", "X"},
    {"recovery.md", "R"},
    {"kafka.md", "K"},
    {"texts.md", "C T I"},
}};

}  // namespace

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

std::string rule_page(std::string_view code) {
  const std::string_view number =
      code.substr(std::min(std::string_view("CFK-").size(), code.size()));
  const auto* const page = std::ranges::find_if(kPages, [number](const Page& each) {
    const std::vector<std::string> beginnings = base::split(each.numbers, ' ');
    return std::ranges::any_of(beginnings, [number](const std::string& beginning) {
      return number.starts_with(beginning);
    });
  });
  return page == kPages.end() ? "lint-rules.md"
                              : "lint/" + std::string(page->file) + "#" + base::lower(code);
}

}  // namespace cfkops::runbook
