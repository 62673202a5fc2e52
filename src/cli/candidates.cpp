#include "candidates.hpp"

#include "arguments.hpp"
#include "completion_live.hpp"
#include "connection_flags.hpp"
#include "library.hpp"
#include "run_store.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/kube/kubeconfig_names.hpp"
#include "cfkops/runbook/keys.hpp"
#include "cfkops/runbook/loader.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace cfkops::cli {
namespace {

std::vector<std::string> prefixed(const std::string& prefix, std::vector<std::string> words) {
  for (std::string& word : words) {
    word.insert(0, prefix);
  }
  return words;
}

std::vector<runbook::Param> params_of(const std::string& word) {
  const auto file = find_runbook(word);
  if (!file) {
    return {};
  }
  auto loaded = runbook::load_runbook(file->text, file->place.path);
  return loaded ? std::move(loaded->params) : std::vector<runbook::Param>();
}

/// The line as far as it is typed.
struct Line {
  std::span<const std::string> before;
  const AppEnvironment& environment;
};

std::vector<std::string> values_of(const runbook::Type& type, const Line& line) {
  switch (type.kind) {
    case runbook::Type::Kind::Bool:
      return {"true", "false"};
    case runbook::Type::Kind::Enum:
      return type.names;
    case runbook::Type::Kind::Ref:
      return live_references(type, line.before, line.environment);
    case runbook::Type::Kind::List:
      return values_of(type.element(), line);
    default:
      return {};
  }
}

/// "name=" of each parameter, or behind that what the parameter may be.
std::vector<std::string> param_words(const std::string& runbook,
                                     std::string_view typed,
                                     const Line& line) {
  const std::size_t equals = typed.find('=');
  std::vector<std::string> words;
  for (const runbook::Param& param : params_of(runbook)) {
    if (equals == std::string_view::npos) {
      words.push_back(param.name + "=");
    } else if (typed.substr(0, equals) == param.name) {
      return prefixed(param.name + "=", values_of(param.type, line));
    }
  }
  return words;
}

std::vector<std::string> explain_words() {
  std::vector<std::string> words;
  for (const runbook::ActionSpec& spec : actions::specs()) {
    words.push_back(spec.name);
  }
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    words.push_back(std::string(key.where) + "." + std::string(key.key));
  }
  words.emplace_back("expressions");
  return words;
}

/// What `explain` has below the path that is being typed: keys within keys, and the arguments and
/// outputs of an action.
std::vector<std::string> explain_words_after(std::string_view typed) {
  const std::size_t dot = typed.rfind('.');
  const std::string above(typed.substr(0, dot == std::string_view::npos ? 0 : dot));
  std::vector<std::string> words;
  const auto add = [&](std::string_view name) {
    words.push_back(above);
    (words.back() += '.') += name;
  };
  if (const runbook::ActionSpec* spec = runbook::find_spec(actions::specs(), above)) {
    for (const runbook::ArgumentSpec& argument : spec->arguments) {
      add(argument.name);
    }
    for (const runbook::OutputSpec& output : spec->outputs) {
      add(output.name);
    }
  } else if (const runbook::KeyPath path = runbook::follow_keys(above); path.found) {
    for (const std::string& next : path.next) {
      add(next);
    }
  }
  return words.empty() ? explain_words() : words;
}

bool takes_file(std::string_view flag) {
  static constexpr std::array<std::string_view, 21> kFlags = {"--allowed-signers",
                                                              "--audit-log",
                                                              "--baseline",
                                                              "--certificate-authority",
                                                              "--client-certificate",
                                                              "--client-key",
                                                              "--cluster-log",
                                                              "--crds",
                                                              "--dir",
                                                              "--docs",
                                                              "--faults",
                                                              "--from",
                                                              "--key",
                                                              "--kubeconfig",
                                                              "--kubeconfig-out",
                                                              "--out",
                                                              "--plan",
                                                              "--scenario",
                                                              "--snapshot",
                                                              "--verify",
                                                              "--windows"};
  return std::find(kFlags.begin(), kFlags.end(), flag) != kFlags.end();
}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const sandbox::BuiltinScenario& one : sandbox::builtin_scenarios()) {
    names.emplace_back(one.name);
  }
  return names;
}

/// The names in the kubeconfig that the line means.
std::vector<std::string> configured(std::string_view flag, const Line& line) {
  const auto global = connection_of(line.before);
  const auto names = kube::kubeconfig_names(global ? global->config : kube::ConfigOverrides(),
                                            kube::ConfigEnvironment::of_process());
  if (!names) {
    return {};
  }
  return flag == "--context"   ? names->contexts
         : flag == "--cluster" ? names->clusters
                               : names->users;
}

/// What the value of a flag may be that means the same everywhere; nothing of another flag.
std::vector<std::string> words_everywhere(std::string_view flag) {
  if (flag == "--fail-on") {
    return {"warning", "fail", "critical"};
  }
  if (flag == "--from" || flag == "--runbook") {
    return runbook_names();
  }
  if (flag == "--scenario" || flag == "--sandbox") {
    return scenario_names();
  }
  if (flag == "--faults") {
    return {"all"};
  }
  return flag == "--result" ? run_results() : std::vector<std::string>();
}

/// What the value of a flag may be.
std::vector<std::string> words_of(const TypedPlace& place,
                                  std::string_view typed,
                                  const Line& line) {
  const std::string& flag = place.flag;
  const bool of_cluster = flag == "--context" || flag == "--cluster";
  if (flag == "--output") {
    const bool nested = place.path.size() > 1 && place.path.front() == "runs";
    return output_forms(place.path.empty() ? ""
                        : nested           ? place.path[0] + " " + place.path[1]
                                           : place.path[0]);
  }
  if (flag == "--profile") {
    const bool of_health = !place.path.empty() && place.path.front() == "health";
    return of_health ? std::vector<std::string>{"sop", "full"}
                     : std::vector<std::string>{"basic", "ci", "production"};
  }
  if (flag == "--param") {
    return place.path.size() > 1 ? param_words(place.path[1], typed, line)
                                 : std::vector<std::string>();
  }
  if (flag == "--namespace") {
    return live_namespaces(line.before, line.environment);
  }
  const bool of_rbac = !place.path.empty() && place.path.front() == "rbac";
  return of_cluster || (flag == "--user" && !of_rbac) ? configured(flag, line)
                                                      : words_everywhere(flag);
}

Candidates values_of(const TypedPlace& place, std::string_view typed, const Line& line) {
  return {.words = words_of(place, typed, line), .files = takes_file(place.flag)};
}

std::vector<std::string> run_words() {
  std::vector<std::string> words = run_ids();
  words.insert(words.begin(), "last");
  return words;
}

bool is_one_of(const std::string& command, std::initializer_list<std::string_view> commands) {
  return std::find(commands.begin(), commands.end(), command) != commands.end();
}

/// Arguments of commands below a command: `runs show`.
Candidates nested_arguments(const std::vector<std::string>& path) {
  const std::string nested = path[0] + " " + path[1];
  const bool one_run = is_one_of(nested, {"runs show", "runs export", "audit join"});
  if (nested == "audit verify" || (one_run && path.size() == 2)) {
    return {.words = run_words(), .files = true};
  }
  return {};
}

Candidates arguments_of(const std::vector<std::string>& path, std::string_view typed) {
  const std::string& command = path.front();
  const bool first = path.size() == 1;
  if (is_one_of(command, {"test", "fmt"}) || (first && is_one_of(command, {"import", "approve"}))) {
    return {.words = {}, .files = true};
  }
  if (command == "lint" ||
      (first && is_one_of(command, {"run", "plan", "show", "rehearse", "rbac"}))) {
    return {.words = runbook_names(), .files = true};
  }
  if (first && is_one_of(command, {"resume", "rollback"})) {
    return {.words = run_words()};
  }
  if (first && command == "explain") {
    return {.words = explain_words_after(typed)};
  }
  if (first && command == "completion") {
    return {.words = {"bash", "fish", "zsh"}};
  }
  return first ? Candidates{.words = command_names(path)} : nested_arguments(path);
}

}  // namespace

Candidates candidates(std::span<const std::string> before,
                      std::string_view last,
                      const AppEnvironment& environment) {
  const Line line{before, environment};
  const TypedPlace place = place_after(before);
  if (!place.flag.empty()) {
    return values_of(place, last, line);
  }
  const std::size_t equals = last.find('=');
  if (last.starts_with("--") && equals != std::string_view::npos) {
    const std::string flag(last.substr(0, equals));
    Candidates found = values_of({.path = place.path, .flag = flag}, last.substr(equals + 1), line);
    found.words = prefixed(flag + "=", std::move(found.words));
    return found;
  }
  if (last.starts_with("-")) {
    return {.words = flag_names(place.path)};
  }
  return place.path.empty() ? Candidates{.words = command_names(place.path)}
                            : arguments_of(place.path, last);
}

}  // namespace cfkops::cli
