#include "arguments.hpp"

#include "argument_checks.hpp"
#include "argument_table.hpp"
#include "connection_flags.hpp"
#include "progress.hpp"

#include "cfkops/base/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace cfkops::cli {
namespace {

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) {
      names.push_back(command->get_name());
    }
  }
  return names;
}

const CLI::App* descend(const CLI::App& app, std::span<const std::string> path) {
  const CLI::App* here = &app;
  for (const std::string& name : path) {
    const auto found =
        here->get_subcommands([&name](const CLI::App* c) { return c->get_name() == name; });
    if (found.empty()) {
      return here;
    }
    here = found.front();
  }
  return here;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The first flag that no command has, or "".
std::string unknown_flag(std::span<const std::string> words,
                         const std::vector<std::string>& known) {
  for (const std::string& word : words) {
    std::string name = word.substr(0, word.find('='));
    if (name.size() > 2 && name.starts_with("--") && !contains(known, name) && name != "--help") {
      return name;
    }
  }
  return {};
}

/// The long form of the flag that `word` is, where its value is the next word; else "".
std::string flag_awaiting_value(const CLI::App& app,
                                const CLI::App& command,
                                const std::string& word) {
  for (const CLI::App* level : {&app, &command}) {
    const CLI::Option* option = level->get_option_no_throw(word);
    if (option != nullptr && option->get_expected_min() > 0) {
      return "--" + option->get_lnames().front();
    }
  }
  return {};
}

/// CLI11 reports a word it does not know as an argument too many; a person wants to hear which was
/// meant.
std::string mistake(const CLI::App& app,
                    const CLI::ParseError& error,
                    std::span<const std::string> words) {
  const std::vector<std::string> commands = subcommand_names(app);
  const std::vector<std::string> path = place_after(words).path;
  const std::vector<std::string> flags = flag_names(path);
  const bool flag_first = !unknown_flag(words.first(1), flags).empty();
  if (!path.empty() && !contains(commands, path.front()) && !flag_first) {
    return "there is no command '" + path.front() + "'" +
           base::did_you_mean(path.front(), commands);
  }
  const std::string flag = unknown_flag(words, flags);
  return flag.empty() ? error.what()
                      : "there is no flag '" + flag + "'" + base::did_you_mean(flag, flags);
}

/// The command that was parsed, with those above it: "audit verify".
std::string path_of(const CLI::App& app) {
  std::string path;
  for (const CLI::App* here = &app; !here->get_subcommands().empty();) {
    here = here->get_subcommands().front();
    path += (path.empty() ? "" : " ") + here->get_name();
  }
  return path;
}

std::string help_of(const CLI::App& app) {
  const CLI::App* deepest = &app;
  while (!deepest->get_subcommands().empty()) {
    deepest = deepest->get_subcommands().front();
  }
  return deepest->help();
}

Output output_of(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, Output>, 9> kWords = {{
      {"text", Output::Text},
      {"json", Output::Json},
      {"markdown", Output::Markdown},
      {"html", Output::Html},
      {"csv", Output::Csv},
      {"github", Output::Github},
      {"gitlab", Output::Gitlab},
      {"sarif", Output::Sarif},
      {"junit", Output::Junit},
  }};
  for (const auto& [name, output] : kWords) {
    if (name == word) {
      return output;
    }
  }
  return Output::Text;
}

void finish(Slots& slots) {
  GlobalArguments& global = slots.arguments.global;
  global.output = output_of(slots.output);
  global.progress = progress_named(slots.progress);
  global.config.token = Redacted(slots.token);
  global.config.password = Redacted(slots.password);
  if (slots.insecure) {
    global.config.insecure_skip_tls_verify = true;
  }
  for (const CLI::Option* option : {slots.run_sandbox, slots.plan_sandbox}) {
    if (option != nullptr && option->count() > 0) {
      slots.arguments.sandbox = slots.sandbox;
    }
  }
  if (const auto lease = base::parse_duration(slots.lock_lease)) {
    slots.arguments.lock_lease = *lease;
  }
  if (const auto valid_for = base::parse_duration(slots.valid_for)) {
    slots.arguments.valid_for = *valid_for;
  }
  if (!slots.watch_every.empty()) {
    slots.arguments.watch_every =
        duration_of(slots.watch_every).value_or(slots.arguments.watch_every);
  }
  if (!slots.request_timeout.empty()) {
    global.request_timeout = duration_of(slots.request_timeout).value_or(global.request_timeout);
  }
}

}  // namespace

std::vector<std::string> output_forms(std::string_view command) {
  std::vector<std::string> forms = {"text", "json"};
  if (command == "rehearse" || command == "runs export" || command == "show") {
    forms.emplace_back("markdown");
  }
  if (command == "runs export") {
    forms.emplace_back("csv");
  }
  if (command == "lint") {
    forms.insert(forms.end(), {"github", "gitlab", "sarif", "junit"});
  }
  if (command == "health") {
    forms.insert(forms.end(), {"junit", "markdown", "html"});
  }
  if (command == "test") {
    forms.emplace_back("junit");
  }
  return forms;
}

ParsedArguments parse_arguments(std::span<const std::string> words) {
  Slots slots;
  CLI::App app("Day-2 runbooks for Kafka on Kubernetes: planned, guarded, audited");
  build(app, slots);
  // CLI11 takes the words back to front.
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return {.arguments = {}, .out = help_of(app), .err = {}, .exit_code = 0};
  } catch (const CLI::ParseError& error) {
    if (words.empty()) {
      return {.arguments = {}, .out = {}, .err = app.help(), .exit_code = 2};
    }
    std::string text = "cfkops: " + mistake(app, error, words) + "\n";
    text += "Run 'cfkops --help' for the commands, or 'cfkops COMMAND --help' for one of them.\n";
    return {.arguments = {}, .out = {}, .err = std::move(text), .exit_code = 2};
  }
  if (slots.points->count() > 0 && slots.arguments.faults != "all") {
    return {.arguments = {},
            .out = {},
            .err =
                "cfkops: --points says how many faults --faults all tries, and without that "
                "nothing\n  next: add --faults all, or leave --points out\n",
            .exit_code = 2};
  }
  finish(slots);
  slots.arguments.command = path_of(app);
  const std::vector<std::string> forms = slots.arguments.watch
                                             ? std::vector<std::string>{"text", "json"}
                                             : output_forms(slots.arguments.command);
  if (!contains(forms, slots.output)) {
    return {.arguments = {},
            .out = {},
            .err = "cfkops: --output " + slots.output + ": " + slots.arguments.command +
                   (slots.arguments.watch ? " --watch" : "") + " has no such form; take " +
                   base::enumerate(forms) + "\n",
            .exit_code = 2};
  }
  return {.arguments = std::move(slots.arguments), .out = {}, .err = {}, .exit_code = 0};
}

TypedPlace place_after(std::span<const std::string> words) {
  Slots slots;
  CLI::App app;
  build(app, slots);
  TypedPlace place;
  bool only_names = false;
  for (const std::string& word : words) {
    if (!place.flag.empty()) {
      place.flag.clear();
    } else if (word == "--") {
      only_names = true;
    } else if (only_names || !word.starts_with("-")) {
      place.path.push_back(word);
    } else {
      place.flag = flag_awaiting_value(app, *descend(app, place.path), word);
    }
  }
  return place;
}

std::optional<GlobalArguments> connection_of(std::span<const std::string> words) {
  Slots slots;
  CLI::App app;
  build(app, slots);
  std::vector<std::string> line = {"locks"};  // any command that needs nothing else
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const CLI::Option* option = name.starts_with("-") ? app.get_option_no_throw(name) : nullptr;
    if (option == nullptr || option->get_group() != kConnectionFlags) {
      continue;
    }
    const bool value_follows = option->get_expected_min() > 0 && name == words[i];
    if (value_follows && i + 1 == words.size()) {
      break;  // it is being typed
    }
    line.push_back(words[i]);
    if (value_follows) {
      line.push_back(words[++i]);
    }
  }
  ParsedArguments parsed = parse_arguments(line);
  return parsed.arguments ? std::optional(std::move(parsed.arguments->global)) : std::nullopt;
}

std::vector<std::string> command_names(std::span<const std::string> path) {
  Slots slots;
  CLI::App app;
  build(app, slots);
  return subcommand_names(*descend(app, path));
}

std::vector<std::string> flag_names(std::span<const std::string> path) {
  Slots slots;
  CLI::App app;
  build(app, slots);
  std::vector<std::string> names;
  const CLI::App* command = descend(app, path);
  for (const CLI::App* level : {static_cast<const CLI::App*>(&app), command}) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
    if (command == &app) {
      break;
    }
  }
  return names;
}

}  // namespace cfkops::cli
