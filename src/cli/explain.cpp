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

nlohmann::json to_json(const runbook::KeySpec& key) {
  return {{"where", key.where},
          {"key", key.key},
          {"type", key.type},
          {"required", key.required},
          {"doc", key.doc},
          {"example", key.example}};
}

nlohmann::json to_json(const runbook::ActionSpec& spec) {
  nlohmann::json arguments = nlohmann::json::array();
  for (const runbook::ArgumentSpec& argument : spec.arguments) {
    arguments.push_back(
        {{"name", argument.name},
         {"type", argument.type.text()},
         {"required", argument.required},
         {"default", argument.fallback ? argument.fallback->to_json().raw() : nlohmann::json()},
         {"help", argument.help}});
  }
  nlohmann::json outputs = nlohmann::json::array();
  for (const runbook::OutputSpec& output : spec.outputs) {
    outputs.push_back({{"name", output.name}, {"type", output.type.text()}, {"help", output.help}});
  }
  nlohmann::json permissions = nlohmann::json::array();
  for (const runbook::PermissionSpec& permission : spec.permissions) {
    permissions.push_back({{"verb", permission.verb}, {"resource", permission.resource}});
  }
  return {{"name", spec.name},
          {"check", spec.is_check},
          {"summary", spec.summary},
          {"effect", runbook::to_string(spec.effect)},
          {"timeout", base::format_duration(spec.timeout)},
          {"arguments", std::move(arguments)},
          {"outputs", std::move(outputs)},
          {"permissions", std::move(permissions)},
          {"noUndo", spec.no_undo},
          {"example", spec.example}};
}

/// Whether a key is what `path` asks for: all of a place, one of them, or one of the runbook's own
/// without its place. Nothing asks for the runbook's.
bool asked_for(const runbook::KeySpec& key, std::string_view path) {
  const std::string where(key.where);
  const std::string name = where + "." + std::string(key.key);
  return path.empty() ? where == "runbook"
                      : path == where || path == name || "runbook." + std::string(path) == name;
}

/// The same shape whatever was asked for: the keys and the actions it names.
nlohmann::json to_json(const std::string& path) {
  nlohmann::json keys = nlohmann::json::array();
  nlohmann::json actions = nlohmann::json::array();
  for (const runbook::ActionSpec& spec : actions::specs()) {
    if (path.empty() || spec.name == path) {
      actions.push_back(to_json(spec));
    }
  }
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    if ((path.empty() || actions.empty()) && asked_for(key, path)) {
      keys.push_back(to_json(key));
    }
  }
  return {{"schemaVersion", 1},
          {"path", path},
          {"keys", std::move(keys)},
          {"actions", std::move(actions)}};
}

}  // namespace

int explain_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string path = arguments.names.empty() ? "" : arguments.names.front();
  const runbook::ActionSpec* spec = runbook::find_spec(actions::specs(), path);
  const std::string text = path.empty()      ? overview()
                           : spec != nullptr ? to_text(*spec)
                                             : runbook::explain_key(path);
  if (text.empty()) {
    return fail(environment, unknown(path));
  }
  environment.terminal.out(arguments.global.output == Output::Json ? json_line(to_json(path))
                                                                   : text);
  return kOk;
}

}  // namespace cfkops::cli
