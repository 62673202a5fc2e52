#include "plain_text.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"
#include "cfkops/runbook/secret_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace cfkops::authoring {
namespace {

constexpr std::string_view kFence = "```";

/// What stands for a character: itself, a space, or nothing.
std::string_view cleaned(std::string_view raw, char32_t code) {
  if (raw == "\n") {
    return raw;
  }
  if (raw == "\t" || code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 ||
      code == 0x2029) {
    return " ";
  }
  const bool for_private_use = code >= 0xE000 && code <= 0xF8FF;
  return base::is_hidden(code) || for_private_use ? std::string_view() : raw;
}

/// A line within a fence that was meant to end it: "bash```".
bool closes_late(std::string_view line) {
  const std::string_view trimmed = base::trim(line);
  return trimmed.size() > kFence.size() && trimmed.ends_with(kFence) &&
         !trimmed.starts_with(kFence) && trimmed.find(' ') == std::string_view::npos;
}

/// Where a fence begins behind other words, "* Helm: ```bash"; npos where none does.
std::size_t opens_late(std::string_view line) {
  const std::size_t at = line.rfind(kFence);
  const bool behind_words = at != std::string_view::npos && line.find(kFence) == at &&
                            !base::trim(line).starts_with(kFence);
  const std::string_view language =
      behind_words ? base::trim(line.substr(at + kFence.size())) : std::string_view(" ");
  return language.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos
             ? at
             : std::string_view::npos;
}

/// Mends fences that CommonMark reads otherwise than they were meant.
void mend_fences(std::vector<std::string>& lines) {
  bool open = false;
  bool late = false;  // the lines up to the next fence are those of a paragraph
  for (std::string& line : lines) {
    const std::string_view trimmed = base::trim(line);
    if (open && closes_late(line)) {
      line = kFence;
      open = false;
    } else if (late && trimmed == kFence) {
      line.clear();
      late = false;
    } else if (trimmed.starts_with(kFence)) {
      const bool one_liner = trimmed.size() > 2 * kFence.size() && trimmed.ends_with(kFence);
      open = one_liner ? open : !open;
    } else if (!open && opens_late(line) != std::string::npos) {
      line.resize(opens_late(line));
      late = true;
    }
  }
}

/// Marks of lists and quotations within each other, far more than anybody writes, take a parser's
/// memory.
void thin_marks(std::string& line) {
  constexpr std::size_t kMost = 200;
  const std::size_t end = std::min(line.find_first_not_of(" >-*+.)0123456789"), line.size());
  if (end > kMost) {
    line.erase(kMost, end - kMost);
  }
}

/// A reader of YAML may refuse a line with very many brackets, whatever they mean there.
void thin_brackets(std::string& line) {
  constexpr int kMost = 200;
  int open = 0;
  for (char& c : line) {
    const bool bracket = c == '[' || c == '{';
    open += bracket ? 1 : 0;
    c = bracket && open > kMost ? '(' : c;
  }
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// It stands for a value, and is none.
bool is_blank(std::string_view value) {
  return value.empty() || value.find_first_of("<$*{") == 0 || value.starts_with(kBlankBegin) ||
         value.starts_with("\"<") || value.starts_with("\"$") || value.starts_with("'<");
}

/// "https://user:word@host" without user and word.
std::string without_login(std::string word) {
  const std::size_t scheme = word.find("://");
  if (scheme == std::string::npos) {
    return word;
  }
  const std::size_t host = scheme + 3;
  const std::size_t end = std::min(word.find('/', host), word.size());
  const std::size_t at = word.substr(0, end).rfind('@');
  const std::size_t colon = word.find(':', host);
  if (at == std::string::npos || colon >= at || is_blank(word.substr(colon + 1))) {
    return word;
  }
  return word.replace(host, at - host, "***");
}

/// Letters and digits in one: nobody's prose.
bool looks_made(std::string_view word) {
  const auto any = [word](auto in) { return std::any_of(word.begin(), word.end(), in); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return word.size() >= 6 && any(is_digit) &&
         any([&](char c) { return is_word_character(c) && !is_digit(c); });
}

/// "***", and what closes the word behind it.
std::string hidden(std::string_view word) {
  const std::size_t end = word.find_last_not_of("\"'`),.;");
  return "***" + std::string(word.substr(end == std::string_view::npos ? word.size() : end + 1));
}

/// A word that is one by what stands before it, such as `Bearer`, `password` in prose, and the
/// option -p of the client of a data base.
bool is_told(std::string_view word, std::string_view before) {
  const std::string name =
      base::lower(before.substr(std::min(before.find_first_not_of("\"'`("), before.size())));
  return !is_blank(word) && looks_made(word) &&
         (name == "bearer" || name == "basic" || runbook::is_secret_key(name) ||
          runbook::is_secret_key(name.substr(0, name.find_last_not_of(":=") + 1)));
}

/// One word of a line, after the word `before`; `pair`: the line is these two.
std::string concealed(const std::string& word, std::string_view before, bool pair) {
  const std::size_t sign = word.rfind('=');
  if (sign != std::string::npos && runbook::is_secret_key(word.substr(0, sign)) &&
      !is_blank(word.substr(sign + 1))) {
    return word.substr(0, sign + 1) + hidden(word.substr(sign + 1));
  }
  const bool flag = before.starts_with("-") && runbook::is_secret_key(before);
  const bool key =
      pair && before.ends_with(":") && runbook::is_secret_key(before.substr(0, before.size() - 1));
  if (((flag || key) && !is_blank(word)) || is_told(word, before)) {
    return hidden(word);
  }
  const std::size_t colon = word.find(':');
  if ((before == "-u" || before == "--user") && colon != std::string::npos) {
    return is_blank(word.substr(colon + 1)) ? word : word.substr(0, colon + 1) + "***";
  }
  const std::string open = without_login(word);
  return runbook::credential_in(open).empty() ? open : hidden(open);
}

/// `"password": "x"` and `password='x'` without the value.
std::string without_quoted(const std::string& line) {
  constexpr std::string_view kKey =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  std::string out;
  bool named = false;  // {"name": "DB_PASSWORD", "value": "x"}
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find_first_not_of(kKey, at), line.size());
    const std::string key = line.substr(at, end - at);
    if (key.empty()) {
      out += line[at++];
      continue;
    }
    out += key;
    at = end;
    const bool secret = runbook::is_secret_key(key) || (named && key == "value");
    named = secret;
    if (!secret) {
      continue;
    }
    const std::size_t value = std::min(line.find_first_not_of("\"' :=\\", at), line.size());
    const std::string between = line.substr(at, value - at);
    const std::size_t sign = between.find_first_of(":=");
    const bool quoted =
        sign != std::string::npos && between.find_first_of("\"'", sign) != std::string::npos;
    if (quoted && !is_blank(line.substr(value))) {
      out += between + "***";
      at = std::min(line.find_first_of("\"'\\", value), line.size());
    }
  }
  return out;
}

}  // namespace

Result<std::string> plain_text(std::string_view bytes, const std::string& file) {
  if (bytes.size() > kMostBytes) {
    return make_error(ErrorCode::InvalidInput,
                      fmt::format("{} is too large for a procedure: more than 4 MiB", file),
                      "import the sections one by one, from files of their own");
  }
  std::string text;
  text.reserve(bytes.size());
  int line = 1;
  for (std::size_t at = 0; at < bytes.size();) {
    const base::CodePoint point = base::decode_utf8(bytes, at);
    if (!point.valid || point.value == 0) {
      Error error = make_error(ErrorCode::InvalidInput,
                               "this is no text: a byte is not UTF-8",
                               "save the procedure as Markdown in UTF-8");
      error.pos = SourcePos{file, line, 0};
      return error;
    }
    const std::string_view raw = bytes.substr(at, point.size);
    at += point.size;
    if (raw == "\r" && at < bytes.size() && bytes[at] == '\n') {
      continue;
    }
    text += raw == "\r" ? std::string_view("\n") : cleaned(raw, point.value);
    line += text.ends_with('\n') ? 1 : 0;
  }
  std::vector<std::string> lines = base::split(text, '\n');
  std::for_each(lines.begin(), lines.end(), thin_marks);
  std::for_each(lines.begin(), lines.end(), thin_brackets);
  mend_fences(lines);
  return base::join(lines, "\n");
}

std::string slug(std::string_view text,
                 char separator,
                 std::size_t most,
                 std::string_view otherwise) {
  std::string out;
  std::string word;
  bool full = false;
  const auto end_word = [&] {
    const bool begins = out.empty() && word.find_first_not_of("0123456789") == 0;
    full = full || out.size() + word.size() + 1 > most;
    if (!word.empty() && !full && (!out.empty() || begins)) {
      out += (out.empty() ? "" : std::string(1, separator)) + word;
    }
    word.clear();
  };
  for (const char c : base::lower(text)) {
    if (is_word_character(c)) {
      word += c;
    } else if (c != '\'') {
      end_word();
    }
  }
  end_word();
  return out.empty() ? std::string(otherwise) : out;
}

std::string one_line(std::string_view text, std::size_t most) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == ' ' || c == '\t';
    if (!space || (!line.empty() && line.back() != ' ')) {
      line += space ? ' ' : c;
    }
  }
  line = std::string(base::trim(line));
  if (static_cast<std::size_t>(base::count_code_points(line)) <= most) {
    return line;
  }
  std::size_t end = 0;
  std::size_t last_space = 0;
  for (std::size_t count = 0; count + 3 < most; ++count) {
    last_space = line[end] == ' ' ? end : last_space;
    end += base::decode_utf8(line, end).size;
  }
  return line.substr(0, last_space > most / 2 ? last_space : end) + "...";
}

std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) {
    return text;
  }
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  // A mark must not be cut in two.
  const std::size_t begin = text.substr(0, end).rfind(kBlankBegin);
  const std::size_t closed = text.substr(0, end).rfind(kBlankEnd);
  const bool inside =
      begin != std::string_view::npos && (closed == std::string_view::npos || closed < begin);
  return text.substr(0, inside ? begin : end);
}

namespace {

/// The members of `data` and `stringData` of a Secret, without their values.
void hide_secret_data(std::vector<std::string>& lines) {
  bool is_secret = false;
  std::size_t inside = std::string::npos;  // the indentation of `data`
  for (std::string& line : lines) {
    const std::string_view trimmed = base::trim(line);
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    is_secret = trimmed == "---" ? false : is_secret || trimmed == "kind: Secret";
    if (is_secret && (trimmed == "data:" || trimmed == "stringData:")) {
      inside = indent;
    } else if (inside != std::string::npos && indent <= inside && !trimmed.empty()) {
      inside = std::string::npos;
    } else if (inside != std::string::npos && !trimmed.empty()) {
      const std::size_t colon = line.find(": ");
      const bool blank = colon != std::string::npos && is_blank(base::trim(line.substr(colon + 1)));
      line = colon == std::string::npos ? std::string(indent, ' ') + "***"
             : blank                    ? line
                                        : line.substr(0, colon + 2) + "***";
    }
  }
}

/// The option of the clients of MySQL that has its value in the same word.
void hide_database_password(std::vector<std::string>& words) {
  const bool client = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.find("mysql") != std::string::npos || word.find("mariadb") != std::string::npos;
  });
  for (std::string& word : words) {
    if (client && word.size() > 2 && word.starts_with("-p") && !is_blank(word.substr(2))) {
      word = "-p" + hidden(word.substr(2));
    }
  }
}

}  // namespace

std::string without_credentials(std::string_view text) {
  std::vector<std::string> lines = base::split(text, '\n');
  hide_secret_data(lines);
  for (std::string& line : lines) {
    std::vector<std::string> words = base::split(line, ' ');
    const auto count = std::count_if(
        words.begin(), words.end(), [](const std::string& word) { return !word.empty(); });
    std::string before;
    for (std::string& word : words) {
      if (!word.empty()) {
        const std::string was = word;
        word = concealed(word, before, count == 2);
        before = was;
      }
    }
    hide_database_password(words);
    line = without_quoted(base::join(words, " "));
  }
  return base::join(lines, "\n");
}

}  // namespace cfkops::authoring
