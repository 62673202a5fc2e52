#include "runbook_page.hpp"

#include "exit_code.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/markdown.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

using base::markdown_code;
using base::markdown_text;
using engine::RunResult;

/// Code in a table, where a bar would end the cell.
std::string code_cell(const std::string& text) {
  std::string safe;
  for (const char c : markdown_code(text)) {
    safe += c == '|' ? "\\|" : std::string(1, c);
  }
  return safe;
}

const runbook::ActionSpec* spec_of(const std::string& name) {
  return runbook::find_spec(actions::specs(), name);
}

bool changes(const std::vector<runbook::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const runbook::Step& step) {
    const runbook::ActionSpec* spec = spec_of(step.action);
    const runbook::Effect declared = spec == nullptr ? runbook::Effect::Read : spec->effect;
    return step.effect.value_or(declared) != runbook::Effect::Read || changes(step.steps);
  });
}

std::string begin_of(const runbook::Runbook& book) {
  std::string words = book.name;
  for (const runbook::Param& param : book.params) {
    if (param.required) {
      words += fmt::format(" --param {}={}", param.name, base::upper(param.name));
    }
  }
  return fmt::format(
      "# {}\n\n{}.\n\n"
      "    $ cfkops plan {}\n"
      "    $ cfkops run {}\n\n"
      "{}\n\nRisk: {}. Owner: {}.{}\n",
      markdown_text(book.name),
      markdown_text(book.title),
      words,
      words,
      base::trim(book.purpose),
      book.risk.empty() ? "not stated" : markdown_text(book.risk),
      book.owner.empty() ? "not named" : markdown_text(book.owner),
      changes(book.steps) ? "" : " It only reads.");
}

std::string default_of(const runbook::Param& param) {
  if (param.required) {
    return "required";
  }
  if (param.fallback && !param.fallback->is_null()) {
    const std::string text = param.fallback->text();
    return text.empty() ? "empty" : code_cell(text);
  }
  return param.type.kind == runbook::Type::Kind::Ref ? "the only one there is" : "none";
}

std::string limits_of(const runbook::Param& param) {
  std::string text = param.least ? ", at least " + param.least->text() : "";
  text += param.most ? ", at most " + param.most->text() : "";
  return text;
}

std::string params_of(const runbook::Runbook& book) {
  std::string text;
  for (const runbook::Param& param : book.params) {
    text += fmt::format("| {} | {}{} | {} | {} |\n",
                        code_cell(param.name),
                        code_cell(param.type.text()),
                        markdown_text(limits_of(param)),
                        default_of(param),
                        markdown_text(param.doc));
  }
  return text.empty()
             ? text
             : "| parameter | type | default | meaning |\n| --- | --- | --- | --- |\n" + text;
}

/// "The node is Ready (`node`)", with what an expression says, and when it is asked.
std::string check_words(const runbook::CheckEntry& check) {
  std::string text = fmt::format("{}{}({})",
                                 markdown_text(check.title),
                                 check.title.empty() ? "" : " ",
                                 markdown_code(check.kind));
  if (!check.that.empty()) {
    text += ": " + markdown_code(check.that.source());
  }
  if (!check.when.empty()) {
    text += ", only when " + markdown_code(check.when.source());
  }
  return text;
}

std::string checks_of(const std::vector<runbook::CheckEntry>& checks) {
  std::string text;
  for (const runbook::CheckEntry& check : checks) {
    text += "- " + check_words(check) + "\n";
  }
  return text;
}

std::string prerequisites_of(const runbook::Runbook& book) {
  const std::string checks = checks_of(book.prerequisites);
  return checks.empty()
             ? checks
             : "Nothing is touched unless all of them pass; what cannot be told does not "
               "pass.\n\n" +
                   checks;
}

std::string locks_of(const runbook::Runbook& book) {
  if (!changes(book.steps)) {
    return {};
  }
  std::string text;
  for (const runbook::Template& lock : book.locks) {
    text += "- " + markdown_code(lock.source()) + "\n";
  }
  std::vector<std::string> references;
  for (const runbook::Param& param : book.params) {
    if (param.type.kind == runbook::Type::Kind::Ref) {
      references.push_back(markdown_code(param.name));
    }
  }
  if (text.empty()) {
    text = references.empty()
               ? "- the namespace\n"
               : fmt::format("- what {} means\n", base::enumerate(references, references.size()));
  }
  return "No other run may work meanwhile on:\n\n" + text +
         "\nand on what a step finds that it must have to itself; the plan lists them all.\n";
}

std::string windows_of(const runbook::Runbook& book) {
  std::string text;
  for (const runbook::WindowEntry& window : book.windows) {
    text += "- " + markdown_text(window_words(window)) + "\n";
  }
  return text;
}

std::string_view breach_words(runbook::OnBreach action) {
  switch (action) {
    case runbook::OnBreach::Stop:
      return "the run stops at its next safe point";
    case runbook::OnBreach::Rollback:
      return "what was done is taken back";
    case runbook::OnBreach::Ask:
      return "a person says whether to go on";
  }
  return "";
}

std::string guards_of(const runbook::Runbook& book) {
  std::string text;
  for (const runbook::Guard& guard : book.guards) {
    const std::string hold =
        guard.hold == Duration::zero() ? "" : ", for " + base::format_duration(guard.hold);
    text += fmt::format("- {}; asked every {}{}; where it fails, {}\n",
                        check_words(guard.check),
                        base::format_duration(guard.every),
                        hold,
                        breach_words(guard.on_breach));
  }
  return text;
}

std::string_view failure_words(runbook::OnFailure action) {
  switch (action) {
    case runbook::OnFailure::Rollback:
      return "";
    case runbook::OnFailure::Stop:
      return "where it fails, what was done stays done, so that the run can be resumed";
    case runbook::OnFailure::Continue:
      return "where it fails, the run goes on behind it";
    case runbook::OnFailure::Ask:
      return "where it fails, a person says whether to go on";
  }
  return "";
}

/// How often, and for what, a step is done.
std::string each_words(const runbook::Each& each) {
  std::vector<std::string> batch;
  for (const runbook::Share& share : each.batch) {
    batch.push_back(share.text());
  }
  std::string text =
      fmt::format("for each {} in {}", markdown_code(each.as), markdown_code(each.in.source()));
  text += batch.empty() ? "" : ", together " + base::join(batch, ", ");
  text +=
      each.max_failures.number == 0 ? "" : ", of which " + each.max_failures.text() + " may fail";
  return text;
}

std::string undo_words(const runbook::Step& step, const runbook::ActionSpec* spec) {
  if (!step.no_rollback.empty()) {
    return "not taken back: " + markdown_text(step.no_rollback);
  }
  if (!step.rollback.empty()) {
    std::vector<std::string> names;
    for (const runbook::Step& back : step.rollback) {
      names.push_back(markdown_text(back.title.empty() ? back.id : back.title));
    }
    return "taken back by: " + base::join(names, "; ");
  }
  if (spec == nullptr || step.effect.value_or(spec->effect) == runbook::Effect::Read) {
    return {};
  }
  return spec->no_undo.empty() ? "taken back if the run fails later"
                               : "not taken back: " + markdown_text(spec->no_undo);
}

/// What there is to know of a step, a line each.
std::vector<std::string> notes_of(const runbook::Step& step) {
  const runbook::ActionSpec* spec = spec_of(step.action);
  std::vector<std::string> notes;
  if (spec != nullptr) {
    notes.push_back(fmt::format("{} {}", markdown_code(spec->name), markdown_text(spec->summary)));
  }
  if (!step.include.empty()) {
    notes.push_back("does what the runbook " + markdown_code(step.include) + " says");
  }
  if (!step.when.empty()) {
    notes.push_back("only when " + markdown_code(step.when.source()));
  }
  if (step.each) {
    notes.push_back(each_words(*step.each));
  }
  if (!step.confirm.source().empty()) {
    notes.push_back("asks first: " + markdown_text(step.confirm.source()));
  }
  for (const runbook::CheckEntry& check : step.expect) {
    notes.push_back("must come to: " + check_words(check));
  }
  notes.emplace_back(failure_words(step.on_failure.value_or(runbook::OnFailure::Rollback)));
  notes.push_back(undo_words(step, spec));
  std::erase(notes, "");
  return notes;
}

void add_steps(std::string& text, const std::vector<runbook::Step>& steps, std::size_t indent) {
  int number = 0;
  for (const runbook::Step& step : steps) {
    text += fmt::format("{:{}}{}. {}{}{}\n",
                        "",
                        indent,
                        ++number,
                        markdown_code(step.id),
                        step.title.empty() ? "" : ": ",
                        markdown_text(step.title));
    for (const std::string& note : notes_of(step)) {
      text += fmt::format("{:{}}- {}\n", "", indent + 3, note);
    }
    add_steps(text, step.steps, indent + 3);
  }
}

std::string steps_of(const std::vector<runbook::Step>& steps) {
  std::string text;
  add_steps(text, steps, 0);
  return text;
}

std::string rollback_of(const runbook::Runbook& book) {
  if (!changes(book.steps)) {
    return "It changes nothing, so that there is nothing to take back.\n";
  }
  const std::string own = steps_of(book.rollback);
  return "When a step fails, what those before it have done is taken back, the last one first, as "
         "each of them says above. `cfkops rollback RUN` does so later.\n" +
         (own.empty() ? "" : "\nThen this is done:\n\n" + own);
}

/// Verbs by what they are asked of.
using Rights = std::map<std::string, std::vector<std::string>>;

void add_rights(Rights& rights, const std::string& name) {
  const runbook::ActionSpec* spec = spec_of(name);
  if (spec == nullptr) {
    return;
  }
  for (const runbook::PermissionSpec& permission : spec->permissions) {
    std::vector<std::string>& verbs = rights[permission.text()];
    if (std::find(verbs.begin(), verbs.end(), permission.verb) == verbs.end()) {
      verbs.push_back(permission.verb);
    }
  }
}

void add_rights(Rights& rights, const std::vector<runbook::CheckEntry>& checks) {
  for (const runbook::CheckEntry& check : checks) {
    add_rights(rights, check.kind);
  }
}

void add_rights(Rights& rights, const std::vector<runbook::Step>& steps) {
  for (const runbook::Step& step : steps) {
    add_rights(rights, step.action);
    add_rights(rights, step.expect);
    add_rights(rights, step.steps);
    add_rights(rights, step.rollback);
  }
}

void add_rights(Rights& rights, const runbook::Runbook& book) {
  add_rights(rights, book.prerequisites);
  add_rights(rights, book.validation);
  add_rights(rights, book.steps);
  add_rights(rights, book.rollback);
  for (const runbook::Guard& guard : book.guards) {
    add_rights(rights, guard.check.kind);
  }
}

std::string rights_of(const runbook::Runbook& book) {
  Rights rights;
  add_rights(rights, book);
  runbook::each_include(book, [&rights](const runbook::Step& step) {
    if (step.included != nullptr) {
      add_rights(rights, step.included->runbook);
    }
  });
  std::string text = fmt::format(
      "What its steps and checks may ask for; {} prints the roles that a run needs on a "
      "cluster{}.\n",
      markdown_code("cfkops rbac " + book.name),
      changes(book.steps) ? ", with those of its locks" : "");
  text += rights.empty() ? "" : "\n| of | verbs |\n| --- | --- |\n";
  for (const auto& [resource, verbs] : rights) {
    text += fmt::format("| {} | {} |\n", markdown_text(resource), base::join(verbs, ", "));
  }
  return text;
}

std::string result_row(RunResult result, std::string_view meaning) {
  engine::RunReport report;
  report.result = result;
  const std::string code =
      result == RunResult::Interrupted ? "129, 130, 143" : std::to_string(exit_code(report));
  return fmt::format("| `{}` | {} | {} |\n", engine::to_string(result), code, meaning);
}

std::string results_of(const runbook::Runbook& book) {
  const bool writes = changes(book.steps);
  const bool checked = !book.validation.empty();
  std::string text = "| result | exit code | meaning |\n| --- | --- | --- |\n";
  text += result_row(
      RunResult::Succeeded,
      checked ? "the steps are done, and the validation has passed" : "the steps are done");
  text += result_row(RunResult::InvalidInput,
                     "a parameter, or an object that one means, is not right; nothing was touched");
  text += result_row(RunResult::PrerequisiteFailed,
                     "a prerequisite or a right failed or is not known; nothing was touched, and "
                     "what is in the way is named");
  if (writes) {
    text += result_row(RunResult::NotConfirmed, "nobody said yes to the plan; nothing was touched");
    text += result_row(RunResult::PolicyRefused,
                       "an approval is missing, or a change window does not let it; nothing was "
                       "touched");
    text += result_row(RunResult::Drifted,
                       "what the saved plan rests on has changed since; nothing was touched");
    text += result_row(RunResult::Locked, "another run holds a lock, or this one has lost its own");
  }
  text += result_row(RunResult::Failed,
                     writes ? "a step failed; what can be was taken back, and `left` names the rest"
                            : "a step failed");
  if (writes) {
    text += result_row(RunResult::UndoIncomplete,
                       "a step failed, and so did taking back; `left` says what a person must do");
  }
  if (checked) {
    text += result_row(RunResult::ValidationFailed,
                       "the steps are done, but the validation failed or is not known");
  }
  text += result_row(RunResult::Interrupted,
                     "stopped by a signal at a safe point; `cfkops resume RUN` goes on");
  return text;
}

}  // namespace

std::string window_words(const runbook::WindowEntry& window) {
  std::string text = std::string(runbook::to_string(window.kind)) + "  ";
  text += window.title.empty() ? "" : window.title + ": ";
  if (!window.file.empty()) {
    return text + window.file;
  }
  text += "from " + window.start + (window.timezone.empty() ? " UTC" : " " + window.timezone);
  text += window.duration ? " for " + base::format_duration(*window.duration) : "";
  text += window.rrule.empty() ? "" : ", " + window.rrule;
  return text;
}

std::string runbook_page(const runbook::Runbook& book) {
  std::string text = begin_of(book);
  for (const auto& [title, body] : {std::pair("Parameters", params_of(book)),
                                    {"Prerequisites", prerequisites_of(book)},
                                    {"Locks", locks_of(book)},
                                    {"Windows", windows_of(book)},
                                    {"Guards", guards_of(book)},
                                    {"Steps", steps_of(book.steps)},
                                    {"Validation", checks_of(book.validation)},
                                    {"Rollback", rollback_of(book)},
                                    {"Rights", rights_of(book)},
                                    {"It ends with", results_of(book)}}) {
    text += body.empty() ? "" : fmt::format("\n## {}\n\n{}", title, body);
  }
  return text;
}

}  // namespace cfkops::cli
