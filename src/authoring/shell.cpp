#include "shell.hpp"

#include "plain_text.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace cfkops::authoring {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr std::string_view kBlankCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/ ";
constexpr std::size_t kLongestBlank = 40;
/// Of one block; one with more is no procedure that a person wrote.
constexpr std::size_t kMostCommands = 200;

constexpr std::array<std::string_view, 5> kPrompts = {"$> ", "%> ", "#> ", "$ ", "% "};

constexpr std::array<std::string_view, 30> kPrograms = {
    "kubectl", "oc",  "helm", "confluent", "rpk",    "tar",     "mkdir", "cp",      "mv",  "rm",
    "cd",      "cat", "curl", "wget",      "ssh",    "scp",     "grep",  "echo",    "sed", "export",
    "sudo",    "jq",  "vi",   "openssl",   "docker", "etcdctl", "git",   "keytool", "nc",  "watch"};

/// HTML that people write within Markdown.
constexpr std::array<std::string_view, 14> kHtml = {
    "br", "b", "i", "p", "a", "em", "ul", "li", "td", "tr", "div", "sup", "span", "strong"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view without_prompt(std::string_view text) {
  text = base::trim(text);
  for (const std::string_view prompt : kPrompts) {
    if (text.starts_with(prompt)) {
      return base::trim(text.substr(prompt.size()));
    }
  }
  return text;
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

bool names_program(std::string_view word) {
  const std::string_view program = program_of(word);
  const bool kafka_tool =
      program.starts_with("kafka-") && program.size() > 6 &&
      program.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
  return kafka_tool || contains(kPrograms, program);
}

/// How many bytes the place to fill takes that begins at a '<'; 0 where there is none.
std::size_t blank_length(std::string_view text) {
  const std::size_t end = text.find('>');
  if (end == std::string_view::npos || end < 2 || end > kLongestBlank) {
    return 0;
  }
  const std::string_view name = text.substr(1, end - 1);
  const bool fits = kLetters.find(name.front()) != std::string_view::npos && name.back() != ' ' &&
                    name.find_first_not_of(kBlankCharacters) == std::string_view::npos &&
                    name.find("://") == std::string_view::npos;
  return fits && !contains(kHtml, base::lower(name)) ? end + 1 : 0;
}

std::string marked(std::string_view name) {
  return std::string(kBlankBegin) + std::string(name) + std::string(kBlankEnd);
}

/// Cuts one command line into words, and into commands where it has "&&".
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text)
      : text_(text) {}

  /// The words of each command; nothing where it is not understood, and `problem` says why.
  std::vector<std::vector<std::string>> run();

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void step();
  void plain(char c);
  void variable();
  void double_quoted();
  void single_quoted();
  void end_word();

  [[nodiscard]] char at(std::size_t offset) const {
    return at_ + offset < text_.size() ? text_[at_ + offset] : '\0';
  }

  void give_up(std::string_view why) {
    problem_ = why;
    at_ = text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::vector<std::string>> commands_ = {{}};
  std::string word_;
  bool in_word_ = false;
  std::string problem_;
};

std::vector<std::vector<std::string>> Tokenizer::run() {
  while (at_ < text_.size()) {
    step();
  }
  end_word();
  if (problem_.empty() && commands_.back().empty()) {
    problem_ = "an end without a command";
  }
  return problem_.empty() ? std::move(commands_) : std::vector<std::vector<std::string>>();
}

void Tokenizer::end_word() {
  if (in_word_) {
    commands_.back().push_back(std::exchange(word_, {}));
    in_word_ = false;
  }
}

void Tokenizer::step() {
  // A place to fill is one piece, whatever its name has in it.
  if (text_.substr(at_).starts_with(kBlankBegin)) {
    const std::size_t end = text_.find(kBlankEnd, at_) + kBlankEnd.size();
    in_word_ = true;
    word_ += text_.substr(at_, end - at_);
    at_ = end;
    return;
  }
  const char c = text_[at_];
  switch (c) {
    case ' ':
    case '\n':
      end_word();
      ++at_;
      return;
    case '\'':
      single_quoted();
      return;
    case '"':
      double_quoted();
      return;
    case '$':
      variable();
      return;
    case '\\':
      if (at_ + 1 >= text_.size()) {
        give_up("a line that goes on nowhere");
        return;
      }
      in_word_ = true;
      word_ += at(1);
      at_ += 2;
      return;
    default:
      plain(c);
  }
}

/// A character outside of quotes.
void Tokenizer::plain(char c) {
  struct Meaning {
    char character;
    std::string_view what;
  };

  static constexpr std::array<Meaning, 10> kMeanings = {{{'|', "a pipe"},
                                                         {';', "several commands"},
                                                         {'>', "a redirection"},
                                                         {'<', "a redirection"},
                                                         {'`', "a command within the command"},
                                                         {'(', "a subshell"},
                                                         {')', "a subshell"},
                                                         {'*', "a pattern of file names"},
                                                         {'?', "a pattern of file names"},
                                                         {'&', "a background job"}}};
  if (c == '&' && at(1) == '&') {
    end_word();
    if (commands_.back().empty()) {
      give_up("'&&' without a command");
      return;
    }
    commands_.emplace_back();
    at_ += 2;
    return;
  }
  if (c == '#' && !in_word_) {
    at_ = text_.size();
    return;
  }
  for (const Meaning& meaning : kMeanings) {
    if (meaning.character == c) {
      give_up(meaning.what);
      return;
    }
  }
  in_word_ = true;
  word_ += c;
  ++at_;
}

/// "$NAME" or "${NAME}".
void Tokenizer::variable() {
  const bool braces = at(1) == '{';
  const std::size_t begin = at_ + (braces ? 2 : 1);
  std::size_t end = begin;
  while (end < text_.size() && kNameCharacters.find(text_[end]) != std::string_view::npos) {
    ++end;
  }
  const bool closed = !braces || (end < text_.size() && text_[end] == '}');
  if (end == begin || kLetters.find(text_[begin]) == std::string_view::npos || !closed) {
    give_up("an expansion of the shell");
    return;
  }
  in_word_ = true;
  word_ += marked("$" + std::string(text_.substr(begin, end - begin)));
  at_ = end + (braces ? 1 : 0);
}

void Tokenizer::single_quoted() {
  const std::size_t end = text_.find('\'', at_ + 1);
  if (end == std::string_view::npos) {
    give_up("a quote without an end");
    return;
  }
  in_word_ = true;
  word_ += text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
}

void Tokenizer::double_quoted() {
  in_word_ = true;
  ++at_;
  while (at_ < text_.size() && text_[at_] != '"') {
    const char c = text_[at_];
    if (c == '$') {
      variable();
    } else if (c == '`') {
      give_up("a command within the command");
    } else if (c == '\\' && std::string_view("\\\"$`").find(at(1)) != std::string_view::npos) {
      word_ += at(1);
      at_ += 2;
    } else {
      word_ += c;
      ++at_;
    }
  }
  if (problem_.empty() && at_ >= text_.size()) {
    give_up("a quote without an end");
  }
  ++at_;
}

/// Lines of a block that belong together: continued by '\', or a here-document.
struct LogicalLine {
  std::string text;
  int line = 0;
  bool here_document = false;
};

/// The word that ends the here-document which a line begins, or nothing.
std::optional<std::string> here_document_end(std::string_view line) {
  const std::size_t at = line.find("<<");
  if (at == std::string_view::npos || line.substr(at).starts_with("<<<")) {
    return std::nullopt;
  }
  std::string_view word = line.substr(at + 2);
  word = first_word(base::trim(word.starts_with('-') ? word.substr(1) : word));
  std::string end(word);
  std::erase_if(end, [](char c) { return c == '\'' || c == '"'; });
  return end.empty() ? std::nullopt : std::optional(end);
}

/// Adds the lines of a here-document that begins behind line `at`; returns the last of them.
std::size_t take_here_document(const std::vector<std::string>& lines,
                               std::size_t at,
                               std::string_view end,
                               std::string& text) {
  while (at + 1 < lines.size()) {
    text += "\n" + lines[++at];
    if (base::trim(lines[at]) == end) {
      break;
    }
  }
  return at;
}

std::vector<LogicalLine> logical_lines(std::string_view code, int line) {
  std::vector<LogicalLine> logical;
  const std::vector<std::string> lines = base::split(code, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    LogicalLine one{.text = std::string(base::trim(lines[i])), .line = line + static_cast<int>(i)};
    if (one.text.empty()) {
      continue;
    }
    if (const auto end = here_document_end(one.text)) {
      one.here_document = true;
      i = take_here_document(lines, i, *end, one.text);
    }
    while (!one.here_document && one.text.ends_with('\\') && i + 1 < lines.size()) {
      one.text.pop_back();
      one.text = std::string(base::trim(one.text)) + " " + std::string(base::trim(lines[++i]));
    }
    logical.push_back(std::move(one));
  }
  return logical;
}

}  // namespace

bool has_prompt(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  return without_prompt(trimmed).size() < trimmed.size() &&
         names_program(first_word(without_prompt(trimmed)));
}

bool is_command(std::string_view text) {
  text = without_prompt(text);
  const std::string_view program = first_word(text);
  if (program.size() == text.size() || !names_program(program)) {
    return false;
  }
  // "kubectl access to …", "watch the pods": of what may be prose only what has a verb, a flag or
  // a path in it.
  static constexpr std::array<std::string_view, 33> kVerbs = {
      "annotate", "apply",    "cordon",  "cp",      "create",   "debug",    "delete",
      "describe", "diff",     "drain",   "edit",    "exec",     "get",      "label",
      "logs",     "patch",    "replace", "rollout", "scale",    "set",      "taint",
      "top",      "uncordon", "wait",    "install", "upgrade",  "rollback", "pull",
      "repo",     "list",     "history", "status",  "uninstall"};
  const std::string_view second = first_word(base::trim(text.substr(program.size())));
  if (program == "kubectl" || program == "oc" || program == "helm") {
    return contains(kVerbs, second) || second.starts_with('-');
  }
  return program_of(program).starts_with("kafka-") ||
         text.find_first_of("-/=.|") != std::string_view::npos;
}

std::string mark_blanks(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '<' ? blank_length(text.substr(at)) : 0;
    if (length > 0) {
      out += marked(text.substr(at + 1, length - 2));
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::vector<Command> read_commands(std::string_view code, int line) {
  std::vector<Command> commands;
  for (const LogicalLine& logical : logical_lines(code, line)) {
    const bool prompt = has_prompt(logical.text);
    if (!prompt && logical.text.starts_with('#')) {
      continue;
    }
    const std::string text = mark_blanks(without_prompt(logical.text));
    if (commands.size() > kMostCommands) {
      return {};
    }
    if (!prompt && !names_program(first_word(text))) {
      return {};
    }
    Tokenizer tokenizer(text);
    std::vector<std::vector<std::string>> parts =
        logical.here_document ? std::vector<std::vector<std::string>>() : tokenizer.run();
    const bool several = parts.size() > 1;
    for (std::vector<std::string>& words : parts) {
      commands.push_back({.text = several ? base::join(words, " ") : text,
                          .words = std::move(words),
                          .problem = {},
                          .line = logical.line});
    }
    if (parts.empty()) {
      commands.push_back(
          {.text = text,
           .words = {},
           .problem = logical.here_document ? "a here-document" : tokenizer.problem(),
           .line = logical.line});
    }
  }
  return commands;
}

std::string_view program_of(std::string_view word) {
  word = word.substr(word.rfind('/') + 1);
  return word.ends_with(".sh") ? word.substr(0, word.size() - 3) : word;
}

}  // namespace cfkops::authoring
