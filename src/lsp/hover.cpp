#include "features.hpp"
#include "word.hpp"
#include "wording.hpp"

#include <algorithm>

namespace cfkops::lsp {

namespace {

std::optional<std::string> told_function(const std::string& name, bool method) {
  for (const runbook::FunctionHelp& function : runbook::all_function_help()) {
    if (function.name == name && (method ? function.method : function.global)) {
      return told(function);
    }
  }
  return std::nullopt;
}

std::optional<Hover> hover_expression(const Outline& outline,
                                      const ExpressionWord& word,
                                      const runbook::Knowledge& knowledge) {
  if (word.called) {
    const auto function = told_function(word.chain.back(), word.chain.size() > 1);
    return function ? std::optional(Hover{*function, word.span}) : std::nullopt;
  }
  const auto named = Names(outline, word.around, knowledge).find(word.chain);
  return named ? std::optional(Hover{told(*named), word.span}) : std::nullopt;
}

/// What a key is: one of the table, or an argument of the action next to it.
std::optional<std::string> told_key(const Outline& outline,
                                    const Cursor& cursor,
                                    std::string_view name,
                                    std::span<const runbook::ActionSpec> specs) {
  if (cursor.where == kArguments) {
    const runbook::ActionSpec* spec = spec_of(outline, cursor.map, specs);
    const runbook::ArgumentSpec* argument = spec == nullptr ? nullptr : spec->argument(name);
    return argument == nullptr ? std::nullopt : std::optional(told(*argument));
  }
  const runbook::KeySpec* key = runbook::find_key(cursor.where, name);
  return key == nullptr ? std::nullopt : std::optional(told(*key));
}

std::optional<std::string> told_action(std::string_view name,
                                       std::span<const runbook::ActionSpec> specs) {
  const runbook::ActionSpec* spec = runbook::find_spec(specs, name);
  return spec == nullptr ? std::nullopt : std::optional(told(*spec));
}

}  // namespace

std::optional<Hover> hover(std::string_view text,
                           std::size_t offset,
                           const runbook::Knowledge& knowledge) {
  const Outline outline(text);
  if (const auto word = expression_word(text, offset)) {
    return hover_expression(outline, *word, knowledge);
  }
  const ByteSpan word = word_at(text, offset);
  const Outline before(text.substr(0, word.end));
  const Cursor cursor = cursor_at_end(before);
  if (word.empty() || cursor.typed.begin != word.begin) {
    return std::nullopt;
  }
  std::optional<std::string> words;
  if (cursor.at == Tail::At::Key) {
    words = told_key(outline, cursor, word.of(text), knowledge.specs);
  } else if (cursor.at == Tail::At::Value && (cursor.key == "do" || cursor.key == "check")) {
    words = told_action(word.of(text), knowledge.specs);
  }
  return words ? std::optional(Hover{*std::move(words), word}) : std::nullopt;
}

}  // namespace cfkops::lsp
