#include "kafka/commands.hpp"

#include "shell_script.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace cfkops::sandbox {

namespace {

using Command = std::vector<std::string>;

constexpr int kNotSimulated = 126;  // found, but cannot be run

/// What the pod's template says literally, and what each container has.
ExecResult env(const Value& pod, std::string_view container) {
  ExecResult result;
  result.out = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=" +
               name_of(pod) + "\n";
  for (const Value& one : list_at(pod, {"spec", "containers"})) {
    if (text_at(one, {"name"}) != container) {
      continue;
    }
    for (const Value& variable : list_at(one, {"env"})) {
      if (find(variable, {"valueFrom"}) == nullptr) {
        result.out += text_at(variable, {"name"}) + "=" + text_at(variable, {"value"}) + "\n";
      }
    }
  }
  return result;
}

std::string program_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

/// A program where images have those of the system.
std::string system_program(std::string_view path) {
  const std::string program = program_of(path);
  const bool is_there =
      path == program || path == "/bin/" + program || path == "/usr/bin/" + program;
  return is_there ? program : "";
}

ExecResult not_understood(const std::string& shell, std::string_view why) {
  return {.code = kNotSimulated,
          .error = shell + ": the simulated shell runs one plain command, as in sh -c 'echo x'; " +
                   std::string(why) + "\n"};
}

std::optional<ExecResult> run_simple(const Value& pod,
                                     std::string_view container,
                                     const Command& command) {
  const std::string program = system_program(command.front());
  if (program == "cat") {
    return ExecResult{.code = kNotSimulated, .error = "cat: the sandbox simulates no files\n"};
  }
  if ((program == "env" || program == "printenv") && command.size() == 1) {
    return env(pod, container);
  }
  if (program == "true" || program == "false" || program == "echo" || program == "hostname") {
    Command bare = command;
    bare.front() = program;
    auto result = run_at_once(bare, {.host = name_of(pod)});
    return result ? result : not_understood(program, "these options are not simulated");
  }
  return std::nullopt;
}

}  // namespace

std::optional<ExecResult> run_command(const KafkaModel& model,
                                      const Value& pod,
                                      std::string_view container,
                                      const Command& command) {
  if (command.empty()) {
    return std::nullopt;
  }
  if (auto simple = run_simple(pod, container, command)) {
    return simple;
  }
  if (auto tool = run_kafka_tool(model, command)) {
    return tool;
  }
  const std::string shell = system_program(command.front());
  if (shell != "sh" && shell != "bash") {
    return std::nullopt;
  }
  if (command.size() != 3 || (command[1] != "-c" && command[1] != "-lc")) {
    return not_understood(shell, "give it -c and a script");
  }
  const auto script = read_script(command[2]);
  if (!script || script->size() > 1 || (!script->empty() && script->front().to_error)) {
    return not_understood(shell, "this script is more than that");
  }
  if (script->empty()) {
    return ExecResult();
  }
  const Command& words = script->front().words;
  if (const std::string inner = system_program(words.front()); inner == "sh" || inner == "bash") {
    return not_understood(shell, "this is a shell in a shell");
  }
  auto result = run_command(model, pod, container, words);
  if (!result) {
    return ExecResult{.code = 127,
                      .error = shell + ": line 1: " + words.front() + ": command not found\n"};
  }
  return result;
}

}  // namespace cfkops::sandbox
