#include "label_parser.hpp"

#include "names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace cfkops::sandbox {

namespace {

struct Token {
  enum class Type { End, Operator, Word, Error };

  Type type = Type::End;
  std::string text;

  [[nodiscard]] bool is(std::string_view op) const { return type == Type::Operator && text == op; }
};

using Failed = tl::unexpected<std::string>;
template <class T>
using Parsed = tl::expected<T, std::string>;

bool is_space(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

bool is_special(char letter) {
  return std::string_view("=!(),><").find(letter) != std::string_view::npos;
}

bool is_operator(std::string_view text) {
  constexpr std::array<std::string_view, 9> kOperators = {
      ")", ",", "!", "==", "=", ">", "<", "!=", "("};
  return std::ranges::find(kOperators, text) != kOperators.end();
}

// The longest operator that begins the text, as one reads it letter by letter.
Token special(std::string_view& rest) {
  std::size_t taken = 0;
  std::size_t known = 0;
  while (taken < rest.size() && is_special(rest[taken])) {
    ++taken;
    if (is_operator(rest.substr(0, taken))) {
      known = taken;
    } else if (known != 0) {
      break;
    }
  }
  if (known == 0) {
    const std::string_view all = rest.substr(0, taken);
    rest.remove_prefix(taken);
    return {Token::Type::Error, fmt::format("error expected: keyword found '{}'", all)};
  }
  Token token{Token::Type::Operator, std::string(rest.substr(0, known))};
  rest.remove_prefix(known);
  return token;
}

Token word(std::string_view& rest) {
  const auto* const end = std::ranges::find_if(
      rest, [](char letter) { return is_special(letter) || is_space(letter); });
  const auto length = static_cast<std::size_t>(end - rest.begin());
  std::string text(rest.substr(0, length));
  rest.remove_prefix(length);
  const bool keyword = text == "in" || text == "notin";
  return {keyword ? Token::Type::Operator : Token::Type::Word, std::move(text)};
}

std::vector<Token> scan(std::string_view rest) {
  std::vector<Token> tokens;
  while (true) {
    while (!rest.empty() && is_space(rest.front())) {
      rest.remove_prefix(1);
    }
    if (rest.empty()) {
      tokens.emplace_back();
      return tokens;
    }
    tokens.push_back(is_special(rest.front()) ? special(rest) : word(rest));
  }
}

std::string fault_text(std::string_view field, std::string_view value, const Faults& faults) {
  return fmt::format("{}: Invalid value: {}: {}", field, go_quoted(value), fmt::join(faults, "; "));
}

bool is_whole(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end;
}

// What the values must be like, all that is wrong in one text.
Parsed<LabelTerm> checked(LabelTerm term) {
  std::vector<std::string> wrong;
  std::size_t index = 0;
  for (const std::string& value : term.values) {
    if ((term.op == ">" || term.op == "<") && !is_whole(value)) {
      wrong.push_back(fault_text(fmt::format("values[{}]", index),
                                 value,
                                 {"for 'Gt', 'Lt' operators, the value must be an integer"}));
    }
    ++index;
  }
  index = 0;
  for (const std::string& value : term.values) {
    if (const Faults faults = label_value_faults(value); !faults.empty()) {
      wrong.push_back(fault_text(fmt::format("values[{}][{}]", index, term.key), value, faults));
    }
    ++index;
  }
  if (wrong.empty()) {
    return term;
  }
  return Failed(wrong.size() == 1 ? wrong.front() : fmt::format("[{}]", fmt::join(wrong, ", ")));
}

class Parser {
 public:
  explicit Parser(std::string_view text)
      : tokens_(scan(text)) {}

  Parsed<std::vector<LabelTerm>> all();

 private:
  // Where a value may stand, "in" and "notin" are words.
  [[nodiscard]] Token ahead() const;
  Token take();
  Token take_operator();

  Parsed<LabelTerm> term();
  Parsed<std::set<std::string>> values();
  Parsed<std::set<std::string>> listed();
  Parsed<std::set<std::string>> exact();

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

Token Parser::ahead() const {
  Token token = tokens_[std::min(at_, tokens_.size() - 1)];
  if (token.is("in") || token.is("notin")) {
    token.type = Token::Type::Word;
  }
  return token;
}

Token Parser::take() {
  Token token = ahead();
  ++at_;
  return token;
}

Token Parser::take_operator() {
  const std::size_t at = std::min(at_, tokens_.size() - 1);
  ++at_;
  return tokens_[at];
}

Parsed<std::vector<LabelTerm>> Parser::all() {
  std::vector<LabelTerm> terms;
  const auto begins = [](const Token& token) {
    return token.type == Token::Type::Word || token.is("!");
  };
  while (true) {
    const Token first = ahead();
    if (first.type == Token::Type::End) {
      return terms;
    }
    if (!begins(first)) {
      return Failed(
          fmt::format("found '{}', expected: !, identifier, or 'end of string'", first.text));
    }
    auto parsed = term();
    if (!parsed) {
      return Failed("unable to parse requirement: " + parsed.error());
    }
    terms.push_back(std::move(*parsed));
    const Token behind = take();
    if (behind.type == Token::Type::End) {
      return terms;
    }
    if (!behind.is(",")) {
      return Failed(fmt::format("found '{}', expected: ',' or 'end of string'", behind.text));
    }
    if (const Token second = ahead(); !begins(second)) {
      return Failed(fmt::format("found '{}', expected: identifier after ','", second.text));
    }
  }
}

Parsed<LabelTerm> Parser::term() {
  LabelTerm term;
  Token token = take();
  const bool absent = token.is("!");
  if (absent) {
    token = take();
  }
  if (token.type != Token::Type::Word) {
    return Failed(fmt::format("found '{}', expected: identifier", token.text));
  }
  term.key = token.text;
  if (const Faults faults = qualified_name_faults(term.key); !faults.empty()) {
    return Failed(fault_text("<nil>", term.key, faults));
  }
  const Token next = ahead();
  if (absent || next.type == Token::Type::End || next.is(",")) {
    term.op = absent ? "!" : "";
    return term;
  }
  const Token op = take_operator();
  const bool known = op.type == Token::Type::Operator && op.text != "!" && op.text != "(" &&
                     op.text != ")" && op.text != ",";
  if (!known) {
    return Failed(fmt::format("found '{}', expected: in, notin, =, ==, !=, gt, lt", op.text));
  }
  term.op = op.text;
  auto found = term.op == "in" || term.op == "notin" ? values() : exact();
  if (!found) {
    return Failed(found.error());
  }
  term.values.assign(found->begin(), found->end());
  return checked(std::move(term));
}

Parsed<std::set<std::string>> Parser::values() {
  if (const Token open = take(); !open.is("(")) {
    return Failed(fmt::format("found '{}' expected: '('", open.text));
  }
  const Token first = ahead();
  if (first.is(")")) {
    take();
    return std::set<std::string>{""};
  }
  if (first.type != Token::Type::Word && !first.is(",")) {
    return Failed(fmt::format("found '{}', expected: ',', ')' or identifier", first.text));
  }
  auto list = listed();
  if (list && !take().is(")")) {
    return Failed(fmt::format("found '{}', expected: ')'", first.text));
  }
  return list;
}

Parsed<std::set<std::string>> Parser::listed() {
  std::set<std::string> found;
  while (true) {
    const Token token = take();
    const Token next = ahead();
    if (token.type == Token::Type::Word) {
      found.insert(token.text);
      if (next.is(")")) {
        return found;
      }
      if (!next.is(",")) {
        return Failed(fmt::format("found '{}', expected: ',' or ')'", next.text));
      }
    } else if (token.is(",")) {
      // An empty place is an empty value.
      if (found.empty()) {
        found.insert("");
      }
      if (next.is(")")) {
        found.insert("");
        return found;
      }
      if (next.is(",")) {
        take();
        found.insert("");
      }
    } else {
      return Failed(fmt::format("found '{}', expected: ',', or identifier", token.text));
    }
  }
}

Parsed<std::set<std::string>> Parser::exact() {
  if (const Token next = ahead(); next.type == Token::Type::End || next.is(",")) {
    return std::set<std::string>{""};
  }
  const Token token = take();
  if (token.type == Token::Type::Word) {
    return std::set<std::string>{token.text};
  }
  return Failed(fmt::format("found '{}', expected: identifier", token.text));
}

}  // namespace

Answer<std::vector<LabelTerm>> parse_label_terms(std::string_view text) {
  auto terms = Parser(text).all();
  if (!terms) {
    return refuse(bad_request(terms.error()));
  }
  return std::move(*terms);
}

}  // namespace cfkops::sandbox
