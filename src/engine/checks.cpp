#include "checks.hpp"

#include "evaluate.hpp"
#include "json_text.hpp"
#include "value_log.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace cfkops::engine {
namespace {

/// So old may a look be when others end.
constexpr Duration kFresh = std::chrono::seconds(5);

/// Of what could not be evaluated. Where it uses outputs of a step that did not finish, that is the
/// reason to tell; the expression's own error only follows from it.
CheckResult unknown(const Error& error, const std::set<std::string>& missing) {
  for (const std::string& chain : missing) {
    const std::vector<std::string> names = base::split(chain, '.');
    if (names.size() > 1 && names.front() == "steps") {
      return {.verdict = Verdict::Unknown,
              .summary = "it needs the outputs of step '" + names[1] + "', which did not finish",
              .details = {},
              .remedy = {},
              .outputs = {}};
    }
  }
  return CheckResult::unknown(error);
}

/// "`x == 1` (`x` = 2)"
std::string explained(const runbook::Expression& expression, const runbook::Bindings& bindings) {
  const std::string values = expression.explain(bindings);
  return "`" + expression.source() + "`" + (values.empty() ? "" : " (" + values + ")");
}

CheckResult ask_expression(const runbook::CheckEntry& entry, const runbook::Bindings& bindings) {
  const auto answer = holds(entry.that, bindings);
  if (!answer) {
    return unknown(answer.error(), not_known_yet(entry.that, bindings));
  }
  CheckResult result{.verdict = *answer ? Verdict::Pass : Verdict::Fail,
                     .summary = explained(entry.that, bindings),
                     .details = {},
                     .remedy = {},
                     .outputs = {}};
  if (*answer) {
    return result;
  }
  result.summary += " is false";
  const auto otherwise = entry.otherwise.evaluate(bindings);
  if (otherwise && !otherwise->text().empty()) {
    result.details.push_back(std::exchange(result.summary, otherwise->text()));
  }
  return result;
}

}  // namespace

std::string title_of(const runbook::CheckEntry& entry) {
  if (!entry.title.empty()) {
    return entry.title;
  }
  return entry.kind == "expr" ? entry.that.source() : entry.kind;
}

bool all_pass(const std::vector<PlannedCheck>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const PlannedCheck& check) {
    return !check.decides || lets_go_on(check.result.verdict);
  });
}

std::vector<std::string> not_passed(const std::vector<PlannedCheck>& checks) {
  std::vector<std::string> texts;
  for (const PlannedCheck& check : checks) {
    if (!check.decides || lets_go_on(check.result.verdict)) {
      continue;
    }
    const bool unknown = check.result.verdict == Verdict::Unknown;
    texts.push_back(check.title + (unknown ? " could not be told: " : ": ") + check.result.summary);
  }
  return texts;
}

Result<std::vector<PlannedCheck>> CheckRunner::all(const std::vector<runbook::CheckEntry>& entries,
                                                   Names& names) {
  std::vector<PlannedCheck> done;
  for (const runbook::CheckEntry& entry : entries) {
    CFKOPS_ASSIGN(PlannedCheck check, one(entry, names));
    done.push_back(std::move(check));
  }
  return done;
}

Result<PlannedCheck> CheckRunner::one(const runbook::CheckEntry& entry, Names& names) {
  PlannedCheck check{.id = entry.id, .title = title_of(entry), .result = {}};
  if (context_.observer != nullptr) {
    context_.observer->on_check_started(phase_, check.title);
  }
  check.result = ask(entry, names.bindings());
  names.set_check(entry.id, check.result.outputs);
  CFKOPS_TRY(tell(check));
  if (site_.reader.loop().stop_due()) {
    return site_.reader.loop().cancelled();
  }
  return check;
}

Result<std::vector<PlannedCheck>> CheckRunner::together(
    const std::vector<runbook::CheckEntry>& entries, Names& names) {
  const base::Clock& clock = site_.reader.loop().clock();
  std::vector<PlannedCheck> done;
  std::vector<MonoTime> ended;
  for (const runbook::CheckEntry& entry : entries) {
    CFKOPS_ASSIGN(PlannedCheck check, one(entry, names));
    done.push_back(std::move(check));
    ended.push_back(clock.now());
  }
  for (std::size_t i = 0; i < done.size() && all_pass(done); ++i) {
    if (clock.now() - ended[i] <= kFresh) {
      continue;
    }
    CFKOPS_TRY(look_again(entries[i], names, done[i]));
  }
  return done;
}

Status CheckRunner::look_again(runbook::CheckEntry entry, const Names& names, PlannedCheck& check) {
  std::erase_if(entry.with, [](const auto& argument) { return argument.name == "hold"; });
  CheckResult second = ask(entry, names.bindings());
  if (site_.reader.loop().stop_due()) {
    return site_.reader.loop().cancelled();
  }
  if (lets_go_on(second.verdict)) {
    return {};
  }
  check.result = std::move(second);
  return tell(check);
}

CheckResult CheckRunner::ask(const runbook::CheckEntry& entry,
                             const runbook::Bindings& bindings) const {
  const auto wanted = holds(entry.when, bindings);
  if (!wanted) {
    return unknown(wanted.error(), not_known_yet(entry.when, bindings));
  }
  if (!*wanted) {
    return {.verdict = Verdict::Skipped,
            .summary = "not asked: " + explained(entry.when, bindings) + " is false",
            .details = {},
            .remedy = {},
            .outputs = {}};
  }
  return entry.kind == "expr" ? ask_expression(entry, bindings) : ask_kind(entry, bindings);
}

CheckResult CheckRunner::ask_kind(const runbook::CheckEntry& entry,
                                  const runbook::Bindings& bindings) const {
  const Check* check = site_.catalogue.check(entry.kind);
  if (check == nullptr) {
    return CheckResult::unknown(
        make_error(ErrorCode::InvalidInput, "there is no check '" + entry.kind + "'"));
  }
  const auto arguments = evaluate_arguments(entry.with, check->spec(), bindings, site_);
  if (!arguments) {
    return unknown(arguments.error(), not_known_yet(entry.with, bindings));
  }
  Context context = context_;
  const MonoTime now = site_.reader.loop().clock().now();
  context.deadline = std::min(context.deadline, now + check->spec().timeout);
  if (context.step.id.empty()) {
    context.step.id = entry.id;
    context.step.title = title_of(entry);
    context.step.action = entry.kind;
  }
  return check->evaluate(context, site_.reader, *arguments);
}

Status CheckRunner::tell(const PlannedCheck& check) {
  if (context_.observer != nullptr) {
    context_.observer->on_check(phase_, check.title, check.result);
  }
  if (journal_ == nullptr) {
    return {};
  }
  nlohmann::json record = to_json(check.result);
  record["outputs"] = to_log(check.result.outputs);
  record["kind"] = phase_;
  record["id"] = check.id;
  record["title"] = check.title;
  return journal_->write(audit::Phase::Check, Json(std::move(record)), audit::Durable::No);
}

}  // namespace cfkops::engine
