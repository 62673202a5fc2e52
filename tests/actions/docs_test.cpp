#include "support/golden.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace cfkops::actions {

namespace {

std::string page_name(const runbook::ActionSpec& spec) {
  std::string name = (spec.is_check ? "check_" : "") + spec.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name + ".md";
}

std::string row(const std::string& name, const std::string& type, const std::string& rest) {
  std::string shown = type;
  for (std::size_t at = shown.find('|'); at != std::string::npos; at = shown.find('|', at + 2)) {
    shown.insert(at, "\\");
  }
  return "| `" + name + "` | `" + shown + "` | " + rest + " |\n";
}

/// The page of an action or check: all of it comes from its declaration.
std::string page(const runbook::ActionSpec& spec) {
  std::string text = "# " + spec.name + "\n\n";
  text += std::string(spec.is_check ? "Check: " : "Action: ") + spec.summary + ".\n";
  if (!spec.arguments.empty()) {
    text += "\n| argument | type | meaning |\n| --- | --- | --- |\n";
  }
  for (const runbook::ArgumentSpec& argument : spec.arguments) {
    const std::string need = argument.required   ? " (required)"
                             : argument.fallback ? " (default " + argument.fallback->text() + ")"
                                                 : "";
    text += row(argument.name, argument.type.text(), argument.help + need);
  }
  if (!spec.outputs.empty()) {
    text += "\n| output | type | meaning |\n| --- | --- | --- |\n";
  }
  for (const runbook::OutputSpec& output : spec.outputs) {
    text += row(output.name, output.type.text(), output.help);
  }
  if (!spec.is_check) {
    text += "\nEffect: " + std::string(to_string(spec.effect)) +
            ". Time limit unless the step has one: " + base::format_duration(spec.timeout) + ".\n";
    text += spec.no_undo.empty() ? "" : "\nNo undo: " + spec.no_undo + ".\n";
  }
  if (!spec.permissions.empty()) {
    text += "\nNeeds to be allowed to:\n\n";
  }
  for (const runbook::PermissionSpec& permission : spec.permissions) {
    text += "- " + permission.verb + " " + permission.text() + "\n";
  }
  text += spec.example.empty() ? "" : "\n```yaml\n" + spec.example + "```\n";
  return text;
}

class Page : public testing::TestWithParam<runbook::ActionSpec> {};

TEST_P(Page, SaysWhatTheDeclarationSays) {
  test::expect_golden("../../docs/actions/" + page_name(GetParam()), page(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Actions,
                         Page,
                         testing::ValuesIn(specs().begin(), specs().end()),
                         [](const auto& one) {
                           const std::string name = page_name(one.param);
                           return name.substr(0, name.size() - 3);
                         });

TEST(Table, EveryNameStandsOnce) {
  for (const runbook::ActionSpec& spec : specs()) {
    EXPECT_EQ(std::count_if(specs().begin(),
                            specs().end(),
                            [&](const auto& other) { return other.name == spec.name; }),
              1)
        << spec.name;
  }
}

TEST(Table, WhatChangesSomethingSaysHowItIsUndoneOrWhyNot) {
  for (const engine::Action* action : catalogue().actions) {
    const runbook::ActionSpec& spec = action->spec();
    if (spec.effect == runbook::Effect::Once) {
      EXPECT_NE(spec.no_undo, "") << spec.name;
    }
    EXPECT_EQ(spec.permissions.empty(), spec.name == "human.task") << spec.name;
    EXPECT_FALSE(spec.example.empty()) << spec.name;
  }
}

}  // namespace

}  // namespace cfkops::actions
