#include "kafka/commands.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace cfkops::sandbox {

namespace {

using Command = std::vector<std::string>;

ExecResult echo(const Command& command) {
  const bool no_break = command.size() > 1 && command[1] == "-n";
  const Command words(command.begin() + (no_break ? 2 : 1), command.end());
  return {.out = base::join(words, " ") + (no_break ? "" : "\n")};
}

ExecResult cat(const Command& command) {
  ExecResult result;
  for (std::size_t at = 1; at < command.size(); ++at) {
    result.code = 1;
    result.error += "cat: " + command[at] + ": No such file or directory\n";
  }
  return result;
}

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

/// Whether a shell would do more with it than pass it on; `quote` is the one that it stands in.
bool is_special(char c, char quote) {
  const std::string_view special = quote == '\''  ? std::string_view()
                                   : quote == '"' ? std::string_view("$`\\")
                                                  : std::string_view("$`\\|&;<>()*?[]{}~#\n");
  return special.find(c) != std::string_view::npos;
}

/// The words of a script that is one plain command; none for any other.
std::optional<Command> words_of(std::string_view script) {
  Command words;
  bool in_word = false;
  char quote = '\0';
  for (const char c : script) {
    if (is_special(c, quote)) {
      return std::nullopt;
    }
    if (quote == '\0' && (c == ' ' || c == '\t')) {
      in_word = false;
      continue;
    }
    if (!in_word) {
      words.emplace_back();
      in_word = true;
    }
    if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  return quote == '\0' ? std::optional<Command>(std::move(words)) : std::nullopt;
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

std::optional<ExecResult> run_simple(const Value& pod,
                                     std::string_view container,
                                     const Command& command) {
  const std::string program = system_program(command.front());
  if (program == "true" || program == "false") {
    return ExecResult{.code = program == "true" ? 0 : 1};
  }
  if (program == "echo") {
    return echo(command);
  }
  if (program == "cat") {
    return cat(command);
  }
  if (program == "hostname" && command.size() == 1) {
    return ExecResult{.out = name_of(pod) + "\n"};
  }
  if ((program == "env" || program == "printenv") && command.size() == 1) {
    return env(pod, container);
  }
  return std::nullopt;
}

ExecResult not_understood(const std::string& shell, std::string_view why) {
  return {.code = 126,
          .error = shell + ": the simulated shell runs one plain command, as in sh -c 'echo x'; " +
                   std::string(why) + "\n"};
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
  const auto words = words_of(command[2]);
  if (!words) {
    return not_understood(shell, "this script is more than that");
  }
  if (words->empty()) {
    return ExecResult();
  }
  if (const std::string inner = system_program(words->front()); inner == "sh" || inner == "bash") {
    return not_understood(shell, "this is a shell in a shell");
  }
  auto result = run_command(model, pod, container, *words);
  if (!result) {
    return ExecResult{.code = 127,
                      .error = shell + ": line 1: " + words->front() + ": command not found\n"};
  }
  return result;
}

}  // namespace cfkops::sandbox
