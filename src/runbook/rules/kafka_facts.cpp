#include "rules/kafka_facts.hpp"

#include "rules/facts.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

/// The kinds of the references that an expression uses.
std::string reference_kinds(const LintContext& context, const Expression& expression) {
  std::string kinds;
  for (const std::vector<std::string>& chain : expression.chains()) {
    const Param* param = context.param_of(chain);
    if (param != nullptr && param->type.kind == Type::Kind::Ref) {
      kinds += " " + base::join(param->type.names, " ");
    }
  }
  return kinds;
}

bool is_about_kafka(const std::string& words) {
  static constexpr std::array<std::string_view, 3> kWords = {"kafka", "kraft", "broker"};
  return std::any_of(kWords.begin(), kWords.end(), [&words](std::string_view word) {
    return words.find(word) != std::string::npos;
  });
}

}  // namespace

std::string words_of(const LintContext& context, const PlacedStep& placed) {
  std::string words;
  const auto note = [&](const Expression& expression) {
    words += " " + expression.source() + reference_kinds(context, expression);
  };
  for (const ArgumentValue::Member& member : placed.step->with) {
    each_value(
        member.name, member.value, [&](std::string_view /*key*/, const ArgumentValue& value) {
          words += " " + literal(&value).value_or("");
        });
    runbook::each_expression(member.value, note);
  }
  std::vector<const Step*> repeated = placed.around;
  repeated.push_back(placed.step);
  for (const Step* step : repeated) {
    if (step->each) {
      note(step->each->in);
    }
  }
  return base::lower(words);
}

bool takes_brokers(const LintContext& context, const PlacedStep& placed) {
  // A drain looks at replication before each broker itself.
  const bool gated = placed.spec != nullptr &&
                     (placed.spec->name.starts_with("kafka.") || placed.spec->name == "node.drain");
  return removes_pods(placed) && !gated && is_about_kafka(words_of(context, placed));
}

bool restarts_kafka(const LintContext& context, const PlacedStep& placed) {
  return placed.step->action == "rollout.restart" && is_about_kafka(words_of(context, placed));
}

bool asks(const std::vector<CheckEntry>& checks, std::string_view kind) {
  return std::any_of(
      checks.begin(), checks.end(), [kind](const CheckEntry& entry) { return entry.kind == kind; });
}

}  // namespace cfkops::runbook::rules
