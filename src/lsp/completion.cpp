#include "features.hpp"
#include "word.hpp"
#include "wording.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::lsp {

namespace {

using runbook::ActionSpec;
using runbook::ArgumentSpec;
using runbook::KeySpec;
using runbook::Type;

/// What is known while candidates are collected.
struct Writing {
  const Outline& outline;  ///< of the whole text
  const Cursor& cursor;
  const runbook::Knowledge& knowledge;
};

/// Whether the map has that key already, other than what is being typed.
bool has_key(const Writing& writing, std::string_view name) {
  const std::size_t known = writing.outline.child(writing.cursor.map, name);
  return known != kRoot && writing.outline.entries()[known].key.begin != writing.cursor.typed.begin;
}

/// The words that a value may be, where the table tells them: "low, medium or high".
std::vector<std::string> words_of(std::string_view type) {
  constexpr std::string_view kList = "list of ";
  if (type.starts_with(kList)) {
    type.remove_prefix(kList.size());
  }
  std::string commas(type);
  for (std::size_t at = commas.find(" or "); at != std::string::npos; at = commas.find(" or ")) {
    commas.replace(at, 4, ",");
  }
  std::vector<std::string> words;
  for (const std::string& part : base::split(commas, ',')) {
    const std::string word(base::trim(part));
    if (word.empty() ||
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos) {
      return {};
    }
    words.push_back(word);
  }
  return words.size() > 1 ? words : std::vector<std::string>();
}

Candidate word(const std::string& text, std::string detail = {}) {
  return {Candidate::Kind::Word, text, std::move(detail), {}, text};
}

void complete_keys(const Writing& writing, std::vector<Candidate>& out) {
  for (const KeySpec* key : runbook::keys_in(writing.cursor.where)) {
    if (!has_key(writing, key->key)) {
      const bool nested = key->type.starts_with("list") || key->type.starts_with("map");
      const std::string name(key->key);
      out.push_back({Candidate::Kind::Key,
                     name,
                     std::string(key->type) + (key->required ? ", required" : ""),
                     told(*key),
                     name + (nested ? ":" : ": ")});
    }
  }
}

void complete_arguments(const Writing& writing, std::vector<Candidate>& out) {
  const ActionSpec* spec = spec_of(writing.outline, writing.cursor.map, writing.knowledge.specs);
  if (spec == nullptr) {
    return;
  }
  for (const bool required : {true, false}) {
    for (const ArgumentSpec& argument : spec->arguments) {
      if (argument.required == required && !has_key(writing, argument.name)) {
        out.push_back({Candidate::Kind::Argument,
                       argument.name,
                       argument.type.text() + (required ? ", required" : ""),
                       told(argument),
                       argument.name + ": "});
      }
    }
  }
}

void complete_actions(const Writing& writing, bool checks, std::vector<Candidate>& out) {
  for (const ActionSpec& spec : writing.knowledge.specs) {
    if (spec.is_check == checks) {
      out.push_back({Candidate::Kind::Action, spec.name, spec.summary, told(spec), spec.name});
    }
  }
}

/// The value of an argument: the words that its type has, and the parameters.
void complete_argument(const Writing& writing, std::vector<Candidate>& out) {
  const ActionSpec* spec = spec_of(writing.outline, writing.cursor.map, writing.knowledge.specs);
  const ArgumentSpec* argument = spec == nullptr ? nullptr : spec->argument(writing.cursor.key);
  if (argument == nullptr) {
    return;
  }
  if (argument->type.kind == Type::Kind::Bool) {
    out.push_back(word("true"));
    out.push_back(word("false"));
  } else if (argument->type.kind == Type::Kind::Enum) {
    for (const std::string& name : argument->type.names) {
      out.push_back(word(name, argument->help));
    }
  }
  const std::vector<std::string> params = {"params"};
  for (const Named& named :
       Names(writing.outline, writing.cursor.around, writing.knowledge).members(params)) {
    Candidate candidate = word("${params." + named.name + "}", named.type.text());
    candidate.markdown = told(named);
    out.push_back(std::move(candidate));
  }
}

void complete_value(const Writing& writing, std::vector<Candidate>& out) {
  const Cursor& cursor = writing.cursor;
  const KeySpec* key = runbook::find_key(cursor.where, cursor.key);
  if (cursor.where == kArguments) {
    return complete_argument(writing, out);
  }
  if (key == nullptr) {
    return;
  }
  if (key->key == "do" || key->key == "check") {
    return complete_actions(writing, key->key == "check", out);
  }
  if (key->where == "param" && key->key == "type") {
    for (const char* type : {"string",
                             "int",
                             "double",
                             "bool",
                             "duration",
                             "quantity",
                             "enum",
                             "secret",
                             "timestamp",
                             "list<string>",
                             "map<string>",
                             "ref<Kafka>"}) {
      out.push_back(word(type));
    }
    return;
  }
  if (key->type == "cfkops/v1" || key->type == "Runbook") {
    out.push_back(word(std::string(key->type)));
  }
  for (const std::string& name : words_of(key->type)) {
    out.push_back(word(name));
  }
}

/// What an expression may go on with: the names that follow the chain, and functions.
void complete_expression(const Writing& writing,
                         std::vector<std::string> chain,
                         std::vector<Candidate>& out) {
  chain.pop_back();
  const bool member = !chain.empty();
  const Names names(writing.outline, writing.cursor.around, writing.knowledge);
  for (const Named& named : names.members(chain)) {
    const std::string type = named.type.kind == Type::Kind::Any ? "" : ": " + named.type.text();
    out.push_back({Candidate::Kind::Name, named.name, named.kind + type, told(named), named.name});
  }
  const bool on_names = chain.size() == 1 && !out.empty();  // of "params" and such no function
  for (const runbook::FunctionHelp& function : runbook::all_function_help()) {
    if (member ? function.method && !on_names : function.global) {
      out.push_back({Candidate::Kind::Function,
                     std::string(function.name),
                     std::string(function.signature),
                     told(function),
                     std::string(function.name)});
    }
  }
}

}  // namespace

Completion complete(std::string_view text,
                    std::size_t offset,
                    const runbook::Knowledge& knowledge) {
  const Outline before(text.substr(0, offset));
  const Cursor cursor = cursor_at_end(before);
  const Outline outline(text);
  const Writing writing{outline, cursor, knowledge};
  Completion completion{cursor.typed, {}};
  if (const auto part = expression_at(before, cursor)) {
    const std::vector<std::string> chain = parts_of(part->chain);
    completion.replaced = {completion.replaced.end - chain.back().size(), completion.replaced.end};
    complete_expression(writing, chain, completion.candidates);
  } else if (cursor.at == Tail::At::Key && cursor.where == kArguments) {
    complete_arguments(writing, completion.candidates);
  } else if (cursor.at == Tail::At::Key) {
    complete_keys(writing, completion.candidates);
  } else if (cursor.at == Tail::At::Value) {
    complete_value(writing, completion.candidates);
  }
  return completion;
}

}  // namespace cfkops::lsp
