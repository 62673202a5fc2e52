#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/help.hpp"
#include "cfkops/runbook/keys.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

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
  text +=
      "\nAlso: step.attempts.every (keys within keys), kafka.roll.settle (an argument or output), "
      "expressions\n";
  return text;
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string out;
  for (const std::string& line : base::split(text, '\n')) {
    out += line.empty() ? "" : indent + line + "\n";
  }
  return out;
}

std::string argument_text(const runbook::ArgumentSpec& argument) {
  return argument.name + " (" + argument.type.text() + (argument.required ? ", required" : "") +
         (argument.fallback ? ", default " + argument.fallback->text() : "") +
         "): " + argument.help + "\n";
}

std::string to_text(const runbook::ActionSpec& spec) {
  std::string text = spec.name + (spec.is_check ? " (check): " : ": ") + spec.summary + "\n";
  text += "effect " + std::string(runbook::to_string(spec.effect)) + ", default timeout " +
          base::format_duration(spec.timeout) + "\n";
  if (!spec.arguments.empty()) {
    text += "\nArguments\n";
  }
  for (const runbook::ArgumentSpec& argument : spec.arguments) {
    text += "  " + argument_text(argument);
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
    text += "  " + permission.verb + " " + permission.text() + "\n";
  }
  if (!spec.no_undo.empty()) {
    text += "\nNo undo: " + spec.no_undo + "\n";
  }
  if (!spec.example.empty()) {
    text += "\nExample\n" + indented(spec.example, "  ");
  }
  return text;
}

/// What a path that is no key leads to.
struct Found {
  const runbook::ActionSpec* spec = nullptr;  ///< also where the path goes on behind its name
  std::string rest;                           ///< what stands behind it
  const runbook::ArgumentSpec* argument = nullptr;
  const runbook::OutputSpec* output = nullptr;
  std::vector<runbook::FunctionHelp> functions = {};
};

constexpr std::string_view kExpressions = "expressions";

/// "kafka.roll.settle" and "kafka.roll.with.settle" are the argument of kafka.roll.
Found find_in_action(const std::string& path) {
  Found found;
  for (const runbook::ActionSpec& spec : actions::specs()) {
    const bool longer = found.spec == nullptr || spec.name.size() > found.spec->name.size();
    if (longer && (path == spec.name || path.starts_with(spec.name + "."))) {
      found.spec = &spec;
    }
  }
  if (found.spec == nullptr || found.spec->name == path) {
    return found;
  }
  found.rest = path.substr(found.spec->name.size() + 1);
  const std::string with = "with.";
  const std::string name =
      found.rest.starts_with(with) ? found.rest.substr(with.size()) : found.rest;
  found.argument = found.spec->argument(name);
  const auto output =
      std::ranges::find(found.spec->outputs, found.rest, &runbook::OutputSpec::name);
  found.output =
      output == found.spec->outputs.end() || found.argument != nullptr ? nullptr : &*output;
  return found;
}

std::vector<runbook::FunctionHelp> functions_named(const std::string& path) {
  std::vector<runbook::FunctionHelp> functions = runbook::all_function_help();
  const std::string dotted = std::string(kExpressions) + ".";
  const std::string name = path.starts_with(dotted) ? path.substr(dotted.size()) : path;
  if (name != kExpressions) {
    std::erase_if(functions, [&name](const auto& function) { return function.name != name; });
  }
  return functions;
}

std::string to_text(const std::vector<runbook::FunctionHelp>& functions, bool all) {
  std::string text =
      all ? "Conditions (`when`, `that`, `in`) are expressions as they are; texts have them as "
            "${…}.\nThe language is CEL: docs/expressions.md.\n\nNames\n"
            "  params.NAME  checks.ID.OUTPUT  steps.ID.OUTPUT  run.id  run.namespace  "
            "run.started\n\nFunctions and macros\n"
          : "";
  for (const runbook::FunctionHelp& function : functions) {
    text += (all ? "  " : "") + std::string(function.signature) + "\n";
  }
  return text;
}

std::string to_text(const Found& found) {
  if (found.argument != nullptr) {
    return found.spec->name + ".with." + argument_text(*found.argument);
  }
  return found.spec->name + " gives " + found.output->name + " (" + found.output->type.text() +
         "): " + found.output->help + "\n  read it as " +
         (found.spec->is_check ? "checks" : "steps") + ".ID." + found.output->name + "\n";
}

/// The names that a path may begin with.
std::vector<std::string> all_names() {
  std::vector<std::string> names = {std::string(kExpressions)};
  for (const runbook::ActionSpec& spec : actions::specs()) {
    names.push_back(spec.name);
  }
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    names.push_back(std::string(key.where) + "." + std::string(key.key));
    names.emplace_back(key.where);
  }
  for (const runbook::FunctionHelp& function : runbook::all_function_help()) {
    names.emplace_back(function.name);
  }
  return names;
}

/// What there is below the part of a path that exists.
Error nothing_below(const std::string& reached,
                    std::string_view rest,
                    const std::vector<std::string>& names) {
  return make_error(
      ErrorCode::NotFound,
      "'" + reached + "' has no '" + std::string(rest) + "'" + base::did_you_mean(rest, names),
      "cfkops explain " + reached +
          (names.empty() ? "; nothing stands below it"
                         : "; it has " + base::enumerate(names, names.size())));
}

Error unknown(const std::string& path, const Found& found) {
  if (found.spec != nullptr) {
    std::vector<std::string> names;
    for (const runbook::ArgumentSpec& argument : found.spec->arguments) {
      names.push_back(argument.name);
    }
    for (const runbook::OutputSpec& output : found.spec->outputs) {
      names.push_back(output.name);
    }
    return nothing_below(found.spec->name, found.rest, names);
  }
  const runbook::KeyPath keys = runbook::follow_keys(path);
  if (!keys.reached.empty()) {
    const std::string rest = path.substr(std::min(keys.reached.size() + 1, path.size()));
    if (keys.key != nullptr && keys.key->key == "with") {
      return make_error(
          ErrorCode::NotFound,
          "what '" + std::string(keys.reached) + "' has depends on the action or check",
          "such as cfkops explain kafka.roll, or kafka.roll.settle");
    }
    return nothing_below(std::string(keys.reached), rest.substr(0, rest.find('.')), keys.next);
  }
  return make_error(
      ErrorCode::NotFound,
      "there is nothing called '" + path + "' to explain" + base::did_you_mean(path, all_names()),
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

nlohmann::json to_json(const runbook::ArgumentSpec& argument) {
  return {{"name", argument.name},
          {"type", argument.type.text()},
          {"required", argument.required},
          {"default", argument.fallback ? argument.fallback->to_json().raw() : nlohmann::json()},
          {"help", argument.help}};
}

nlohmann::json to_json(const runbook::OutputSpec& output) {
  return {{"name", output.name}, {"type", output.type.text()}, {"help", output.help}};
}

nlohmann::json to_json(const runbook::ActionSpec& spec) {
  nlohmann::json arguments = nlohmann::json::array();
  for (const runbook::ArgumentSpec& argument : spec.arguments) {
    arguments.push_back(to_json(argument));
  }
  nlohmann::json outputs = nlohmann::json::array();
  for (const runbook::OutputSpec& output : spec.outputs) {
    outputs.push_back(to_json(output));
  }
  nlohmann::json permissions = nlohmann::json::array();
  for (const runbook::PermissionSpec& permission : spec.permissions) {
    permissions.push_back({{"verb", permission.verb}, {"resource", permission.text()}});
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

/// Whether a key is what a path leads to: the last one of it, or one of the place that it names.
/// Nothing asks for the runbook's.
bool asked_for(const runbook::KeySpec& key, const std::string& path) {
  if (path.empty()) {
    return key.where == "runbook";
  }
  const runbook::KeyPath keys = runbook::follow_keys(path);
  return keys.found && (keys.key == nullptr ? key.where == keys.place : &key == keys.key);
}

/// The same shape whatever was asked for.
nlohmann::json to_json(const std::string& path, const Found& found) {
  nlohmann::json record = {{"schemaVersion", 1}, {"path", path}};
  for (const char* list : {"keys", "actions", "arguments", "outputs", "functions"}) {
    record[list] = nlohmann::json::array();
  }
  for (const runbook::ActionSpec& spec : actions::specs()) {
    if (path.empty() || &spec == found.spec) {
      record["actions"].push_back(to_json(spec));
    }
  }
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    if (found.spec == nullptr && asked_for(key, path)) {
      record["keys"].push_back(to_json(key));
    }
  }
  if (found.argument != nullptr) {
    record["arguments"].push_back(to_json(*found.argument));
  }
  if (found.output != nullptr) {
    record["outputs"].push_back(to_json(*found.output));
  }
  for (const runbook::FunctionHelp& function : found.functions) {
    record["functions"].push_back({{"name", function.name}, {"signature", function.signature}});
  }
  return record;
}

std::string text_of(const std::string& path, const Found& found) {
  if (path.empty()) {
    return overview();
  }
  if (found.spec != nullptr) {
    const bool known = found.argument != nullptr || found.output != nullptr;
    return found.rest.empty() ? to_text(*found.spec) : known ? to_text(found) : "";
  }
  return found.functions.empty() ? runbook::explain_key(path)
                                 : to_text(found.functions, path == kExpressions);
}

}  // namespace

int explain_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string path = arguments.names.empty() ? "" : arguments.names.front();
  Found found = find_in_action(path);
  if (found.spec == nullptr && !path.empty() && runbook::explain_key(path).empty()) {
    found.functions = functions_named(path);
  }
  const std::string text = text_of(path, found);
  if (text.empty()) {
    return fail(environment, unknown(path, found));
  }
  environment.terminal.out(arguments.global.output == Output::Json ? json_line(to_json(path, found))
                                                                   : text);
  return kOk;
}

}  // namespace cfkops::cli
