#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/keys.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {
namespace {

std::string overview() {
  std::string text =
      "A runbook has these keys (cfkops explain runbook.KEY, step.KEY, param.KEY, check.KEY):\n\n";
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    if (key.where == "runbook") {
      text += "  " + std::string(key.key) + (key.required ? " (required)" : "") + ": " +
              std::string(key.doc) + "\n";
    }
  }
  text += "\nActions (cfkops explain NAME):\n\n";
  for (const runbook::ActionSpec& spec : actions::specs()) {
    if (!spec.is_check) {
      text += "  " + spec.name + ": " + spec.summary + "\n";
    }
  }
  text += "\nChecks:\n\n";
  for (const runbook::ActionSpec& spec : actions::specs()) {
    if (spec.is_check) {
      text += "  " + spec.name + ": " + spec.summary + "\n";
    }
  }
  return text;
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string out;
  for (const std::string& line : base::split(text, '\n')) {
    out += line.empty() ? "" : indent + line + "\n";
  }
  return out;
}

std::string to_text(const runbook::ActionSpec& spec) {
  std::string text = spec.name + (spec.is_check ? " (check): " : ": ") + spec.summary + "\n";
  text += "effect " + std::string(runbook::to_string(spec.effect)) + ", default timeout " +
          base::format_duration(spec.timeout) + "\n";
  if (!spec.arguments.empty()) {
    text += "\nArguments\n";
  }
  for (const runbook::ArgumentSpec& argument : spec.arguments) {
    text += "  " + argument.name + " (" + argument.type.text() +
            (argument.required ? ", required" : "") +
            (argument.fallback ? ", default " + argument.fallback->text() : "") +
            "): " + argument.help + "\n";
  }
  if (!spec.outputs.empty()) {
    text += "\nOutputs\n";
  }
  for (const runbook::OutputSpec& output : spec.outputs) {
    text += "  " + output.name + " (" + output.type.text() + "): " + output.help + "\n";
  }
  if (!spec.permissions.empty()) {
    text += "\nPermissions\n";
  }
  for (const runbook::PermissionSpec& permission : spec.permissions) {
    text += "  " + permission.verb + " " + permission.resource + "\n";
  }
  if (!spec.no_undo.empty()) {
    text += "\nNo undo: " + spec.no_undo + "\n";
  }
  if (!spec.example.empty()) {
    text += "\nExample\n" + indented(spec.example, "  ");
  }
  return text;
}

Error unknown(const std::string& path) {
  std::vector<std::string> names;
  for (const runbook::ActionSpec& spec : actions::specs()) {
    names.push_back(spec.name);
  }
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    names.push_back(std::string(key.where) + "." + std::string(key.key));
    names.emplace_back(key.where);
  }
  return make_error(
      ErrorCode::NotFound,
      "there is nothing called '" + path + "' to explain" + base::did_you_mean(path, names),
      "cfkops explain");
}

}  // namespace

int explain_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  std::string text;
  if (arguments.names.empty()) {
    text = overview();
  } else if (const runbook::ActionSpec* spec =
                 runbook::find_spec(actions::specs(), arguments.names.front())) {
    text = to_text(*spec);
  } else {
    text = runbook::explain_key(arguments.names.front());
  }
  if (text.empty()) {
    return fail(environment, unknown(arguments.names.front()));
  }
  if (arguments.global.output == Output::Json) {
    const std::string path = arguments.names.empty() ? "" : arguments.names.front();
    terminal.out(json_line({{"schemaVersion", 1}, {"path", path}, {"text", text}}));
  } else {
    terminal.out(text);
  }
  return kOk;
}

}  // namespace cfkops::cli
