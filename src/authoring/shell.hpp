#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::authoring {

/// A command line as it stands in a procedure. Places to fill (`<node>`, `$NODE`) are written with
/// the marks of plain_text.hpp around what stood there.
struct Command {
  std::string
      text;  ///< for a person: without the prompt, continued lines joined, nothing else changed
  std::vector<std::string> words;  ///< quotes resolved; empty where it is not understood
  std::string problem;             ///< why it is not: "a pipe"
  int line = 0;                    ///< of the file
};

/// The text begins with a shell's prompt: "$ ", "$> ", "%> ".
[[nodiscard]] bool has_prompt(std::string_view text);

/// It begins with a program that procedures call, and has more than that one word.
[[nodiscard]] bool is_command(std::string_view text);

/// `<node-name>` with the marks of a place to fill; what is no such place stays as it is.
[[nodiscard]] std::string mark_blanks(std::string_view text);

/// The commands of a code block that begins at `line`, joined ones (`&&`) apart; none where some of
/// its lines is no command.
[[nodiscard]] std::vector<Command> read_commands(std::string_view code, int line);

/// "kafka-topics" of "./bin/kafka-topics.sh".
[[nodiscard]] std::string_view program_of(std::string_view word);

}  // namespace cfkops::authoring
