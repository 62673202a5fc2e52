#include "warning_header.hpp"

#include "cfkops/base/text.hpp"

#include <optional>

namespace cfkops::kube {

namespace {

/// Takes a quoted string off the front of `rest`.
std::optional<std::string> take_quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    return std::nullopt;
  }
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      ++i;
    }
    text += rest[i];
  }
  return std::nullopt;
}

void skip_spaces(std::string_view& rest) {
  while (rest.starts_with(' ') || rest.starts_with(',')) {
    rest.remove_prefix(1);
  }
}

std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  skip_spaces(rest);
  return word;
}

}  // namespace

std::vector<std::string> warning_texts(std::string_view header) {
  std::vector<std::string> texts;
  std::string_view rest = header;
  skip_spaces(rest);
  while (!rest.empty()) {
    const std::string_view code = take_word(rest);
    take_word(rest);  // the agent, "-"
    const std::optional<std::string> text = take_quoted(rest);
    if (!text) {
      break;
    }
    if (code == "299") {
      texts.push_back(base::printable(*text));
    }
    skip_spaces(rest);
    if (take_quoted(rest)) {  // the date
      skip_spaces(rest);
    }
  }
  return texts;
}

}  // namespace cfkops::kube
