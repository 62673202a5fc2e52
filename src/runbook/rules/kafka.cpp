#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "rules/kafka_facts.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kUngated = "CFK-K001";
constexpr std::string_view kQuorumUngated = "CFK-K002";
constexpr std::string_view kLeftBlocked = "CFK-K003";
constexpr std::string_view kUnpinned = "CFK-K006";

constexpr std::string_view kReplication = "kafka.replication";

/// Whether replication is looked at before the next element of the list is begun.
bool gated_between(const PlacedStep& placed) {
  if (asks(placed.step->expect, kReplication)) {
    return true;
  }
  return std::any_of(placed.around.begin(), placed.around.end(), [](const Step* group) {
    return std::any_of(group->steps.begin(), group->steps.end(), [](const Step& step) {
      return asks(step.expect, kReplication);
    });
  });
}

/// Whether behind the step an included runbook takes a broker away and does not look before.
bool taken_blindly_behind(const LintContext& context, const PlacedStep& own) {
  const std::vector<PlacedStep>& all = context.all_steps();
  const auto at = std::find_if(
      all.begin(), all.end(), [&](const PlacedStep& one) { return one.step == own.step; });
  return std::any_of(at, all.end(), [&](const PlacedStep& one) {
    return one.by != nullptr && !one.undoing && takes_brokers(context, one) &&
           std::none_of(one.around.begin(), one.around.end(), [](const Step* group) {
             return group->included != nullptr &&
                    asks(group->included->runbook.prerequisites, kReplication);
           });
  });
}

void ungated(LintContext& context) {
  std::vector<const PlacedStep*> brokers;
  for (const PlacedStep& placed : context.steps()) {
    if (restarts_kafka(context, placed)) {
      context.report(kUngated,
                     span_of(*placed.step),
                     fmt::format("step '{}' restarts Kafka as fast as its pods get ready, which "
                                 "they are long before their replicas have caught up",
                                 placed.step->id),
                     "use do: kafka.roll, which looks at every partition before each process");
    } else if (takes_brokers(context, placed)) {
      brokers.push_back(&placed);
    }
  }
  for (const PlacedStep* placed : brokers) {
    const bool last =
        placed == brokers.back() && !placed->repeated() && !taken_blindly_behind(context, *placed);
    const bool before = context.requires_check(kReplication);
    if (before && (last || gated_between(*placed))) {
      continue;
    }
    context.report(
        kUngated,
        span_of(*placed->step),
        before ? fmt::format("after step '{}' the next broker is taken away, whether or not this "
                             "one has caught up",
                             placed->step->id)
               : fmt::format("step '{}' takes a broker away, whatever the state of its partitions",
                             placed->step->id),
        before ? "add expect: [{check: kafka.replication, with: {…}}] to it, or use kafka.roll"
               : "add the prerequisite {check: kafka.replication}, or use do: kafka.roll");
  }
}

/// Whether a step takes controllers of Kafka away, for all that is written.
bool takes_controllers(const LintContext& context, const PlacedStep& placed) {
  if (placed.step->action == "kafka.roll") {
    const ArgumentValue* roles = argument(*placed.step, "roles");
    return roles != nullptr && literal(roles) != "brokers";
  }
  const std::string words = takes_brokers(context, placed) ? words_of(context, placed) : "";
  return words.find("kraft") != std::string::npos || words.find("controller") != std::string::npos;
}

void quorum_ungated(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    if (takes_controllers(context, placed) && !context.requires_check("kafka.quorum")) {
      context.report(kQuorumUngated,
                     span_of(*placed.step),
                     fmt::format("step '{}' may stop a controller, and nothing asks whether the "
                                 "others are a quorum",
                                 placed.step->id),
                     "add the prerequisite {check: kafka.quorum}");
      return;
    }
  }
}

/// What a step does to the annotation that keeps the operator away from an object.
enum class Blocking { Nothing, Blocks, Lifts };

Blocking blocking_of(const Step& step) {
  Blocking blocking = Blocking::Nothing;
  const ArgumentValue* patch = argument(step, "patch");
  if (patch == nullptr) {
    return blocking;
  }
  each_value("", *patch, [&blocking](std::string_view key, const ArgumentValue& value) {
    const auto text = literal(&value);
    if (key.ends_with("/block-reconcile")) {
      blocking = text == "true" ? Blocking::Blocks : Blocking::Lifts;
    } else if (key == "path" && text && text->ends_with("~1block-reconcile")) {
      blocking = Blocking::Lifts;
    }
  });
  return blocking;
}

/// Every group around it is an included runbook that is done in each run.
bool is_always_done(const PlacedStep& placed) {
  return std::all_of(placed.around.begin(), placed.around.end(), [](const Step* group) {
    return group->included != nullptr && group->when.empty() && !group->each;
  });
}

/// Whether some step after the one at `index` is sure to lift the block.
bool lifted_later(const std::vector<PlacedStep>& steps, std::size_t index) {
  const Step& block = *steps[index].step;
  return std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                     steps.end(),
                     [&](const PlacedStep& placed) {
                       const bool sure = placed.step->when.empty() ||
                                         placed.step->when.source() == block.when.source();
                       return !placed.undoing && blocking_of(*placed.step) == Blocking::Lifts &&
                              sure &&
                              (is_always_done(placed) || placed.around == steps[index].around);
                     });
}

void left_blocked(LintContext& context) {
  const std::vector<PlacedStep>& steps = context.all_steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = *steps[i].step;
    if (steps[i].undoing || steps[i].by != nullptr || blocking_of(step) != Blocking::Blocks) {
      continue;
    }
    const bool lifted = lifted_later(steps, i);
    if (lifted && step.no_rollback.empty()) {
      continue;
    }
    context.report(kLeftBlocked,
                   span_of(step),
                   fmt::format("step '{}' keeps the operator away, and {}",
                               step.id,
                               lifted ? "after a failure nothing lets it back"
                                      : "no later step is sure to let it back"),
                   lifted ? "remove 'rollback', so that the annotation is taken back"
                          : "add a step without 'when' that sets block-reconcile to \"false\"");
  }
}

bool uses_kafka(const PlacedStep& placed) {
  static constexpr std::array<std::string_view, 4> kKinds = {
      "kafka", "kafkas", "kraftcontroller", "kraftcontrollers"};
  const std::string kind = literal_word(*placed.step, "kind");
  return placed.step->action.starts_with("kafka.") ||
         std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

void unpinned(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    if (uses_kafka(placed) && !context.requires_check("version")) {
      context.report(
          kUnpinned,
          span_of(*placed.step),
          fmt::format("step '{}' works on whatever version of Kafka there is", placed.step->id),
          "add the prerequisite {check: version, with: {of: kafka, range: \">=3.3 <9\"}}");
      return;
    }
  }
}

}  // namespace

std::span<const Rule> kafka_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 4> kRules = {{
      {{kUngated, "ungated-broker", "a broker is taken with no look at replication", Error, Ci},
       ungated},
      {{kQuorumUngated, "ungated-controller", "a controller without the quorum", Warning, Ci},
       quorum_ungated},
      {{kLeftBlocked, "left-blocked", "the operator is kept away for good", Error, Ci},
       left_blocked},
      {{kUnpinned, "unpinned-version", "no version of Kafka is asked for", Info, Ci}, unpinned},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
