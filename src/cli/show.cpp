#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "load.hpp"
#include "request.hpp"
#include "runbook_json.hpp"
#include "runbook_page.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {
namespace {

std::string check_title(const runbook::CheckEntry& check) {
  if (!check.title.empty()) {
    return check.kind + ": " + check.title;
  }
  return check.that.empty() ? check.kind : check.kind + ": " + check.that.source();
}

std::string params_text(const runbook::Runbook& book) {
  std::string text;
  for (const runbook::Param& param : book.params) {
    text += "  " + param.name + " (" + param.type.text();
    if (param.required) {
      text += ", required";
    } else if (param.fallback && !param.fallback->is_null()) {
      text += ", default " + param.fallback->text();
    }
    text += ")\n";
    if (!param.doc.empty()) {
      text += "      " + param.doc + "\n";
    }
  }
  return text;
}

std::string steps_text(const std::vector<runbook::Step>& steps, const std::string& indent) {
  std::string text;
  for (const runbook::Step& step : steps) {
    text += indent + step.id + (step.action.empty() ? "" : "  " + step.action) +
            (step.include.empty() ? "" : "  include " + step.include);
    text += step.title.empty() ? "\n" : "  " + step.title + "\n";
    if (!step.when.empty()) {
      text += indent + "    when " + step.when.source() + "\n";
    }
    if (!step.confirm.source().empty()) {
      text += indent + "    asks first: " + step.confirm.source() + "\n";
    }
    if (!step.no_rollback.empty()) {
      text += indent + "    no rollback: " + step.no_rollback + "\n";
    }
    if (!step.rollback.empty()) {
      text += indent + "    rollback:\n" + steps_text(step.rollback, indent + "      ");
    }
    text += steps_text(step.steps, indent + "  ");
  }
  return text;
}

std::string checks_text(const std::vector<runbook::CheckEntry>& checks) {
  std::string text;
  for (const runbook::CheckEntry& check : checks) {
    text += "  " + check_title(check) + "\n";
  }
  return text;
}

std::string guards_text(const runbook::Runbook& book) {
  std::string text;
  for (const runbook::Guard& guard : book.guards) {
    text += "  " + check_title(guard.check) + ", every " + base::format_duration(guard.every);
    text += guard.hold == Duration::zero() ? "" : ", for " + base::format_duration(guard.hold);
    text += "; on breach " + std::string(runbook::to_string(guard.on_breach)) + "\n";
  }
  return text;
}

std::string locks_text(const runbook::Runbook& book) {
  std::string text;
  for (const runbook::Template& lock : book.locks) {
    text += "  " + lock.source() + "\n";
  }
  return text;
}

std::string windows_text(const runbook::Runbook& book) {
  std::string text;
  for (const runbook::WindowEntry& window : book.windows) {
    text += "  " + window_words(window) + "\n";
  }
  return text;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

std::string to_text(const runbook::Runbook& book, const std::string& next) {
  std::string text = book.name + ": " + book.title + "\n";
  text += "owner " + (book.owner.empty() ? "not named" : book.owner) + ", risk " +
          (book.risk.empty() ? "not stated" : book.risk) + ", " + book.file + "\n\n";
  text += "Purpose\n  " + trimmed(book.purpose) + "\n";
  const auto section = [&text](const std::string& title, const std::string& body) {
    if (!body.empty()) {
      text += "\n" + title + "\n" + body;
    }
  };
  section("Parameters", params_text(book));
  section("Prerequisites", checks_text(book.prerequisites));
  section("Locks", locks_text(book));
  section("Windows", windows_text(book));
  section("Guards", guards_text(book));
  section("Steps", steps_text(book.steps, "  "));
  section("Validation", checks_text(book.validation));
  section("Rollback", steps_text(book.rollback, "  "));
  text += "\nNext: cfkops plan " + next + "\n";
  return text;
}

}  // namespace

int show_command(const Arguments& arguments, const AppEnvironment& environment) {
  int code = kOk;
  const auto book = load(arguments.names.front(), environment, code);
  if (!book) {
    return code;
  }
  if (arguments.global.output == Output::Json) {
    environment.terminal.out(json_line(to_json(*book)));
    return kOk;
  }
  if (arguments.global.output == Output::Markdown) {
    environment.terminal.out(base::printable_lines(runbook_page(*book)));
    return kOk;
  }
  const std::string place = arguments.global.config.ns.empty() ? " -n NAMESPACE" : "";
  environment.terminal.out(base::printable_lines(to_text(*book, command_line(arguments) + place)));
  return kOk;
}

}  // namespace cfkops::cli
