#include "place.hpp"

#include "cfkops/runbook/help.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cfkops::lsp {

namespace {

/// What the value of a key in a place is made of.
struct Nested {
  std::string_view where;
  std::string_view key;
  Inside inside;
};

constexpr std::array<Nested, 17> kNested = {{
    {"runbook", "params", {kParams, false}},
    {"runbook", "prerequisites", {"check", true}},
    {"runbook", "guard", {"guard", true}},
    {"runbook", "windows", {"window", true}},
    {"runbook", "steps", {"step", true}},
    {"runbook", "validation", {"check", true}},
    {"runbook", "rollback", {"step", true}},
    {"runbook", "settings", {"settings", false}},
    {"check", "with", {kArguments, false}},
    {"guard", "with", {kArguments, false}},
    {"step", "with", {kArguments, false}},
    {"step", "each", {"each", false}},
    {"step", "attempts", {"attempts", false}},
    {"step", "expect", {"check", true}},
    {"step", "steps", {"step", true}},
    {"step", "rollback", {"rollback", false}},
    {kParams, "", {"param", false}},
}};

Inside inside_of(const Inside& outer, const Entry& entry, std::string_view key) {
  if (entry.kind == Entry::Kind::Item) {
    // A step's `rollback` is a map or a list of steps.
    return outer.list ? Inside{outer.where, false}
                      : Inside{outer.where == "rollback" ? "step" : "", false};
  }
  const auto* const nested = std::ranges::find_if(kNested, [&](const Nested& each) {
    return !outer.list && each.where == outer.where && (each.key == key || each.key.empty());
  });
  return nested == kNested.end() ? Inside() : nested->inside;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Where the expression begins that is open at the end of the text: behind its "${".
std::optional<std::size_t> open_braces(std::string_view text) {
  std::optional<std::size_t> begin;
  int depth = 0;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!begin) {
      const bool dollars = text.substr(i, 2) == "$$";
      if (text.substr(i, 2) == "${") {
        begin = i + 2;
        depth = 0;
      }
      i += begin || dollars ? 1U : 0U;
    } else if (quote != '\0') {
      i += c == '\\' ? 1U : 0U;
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth < 0) {
      begin.reset();
    }
  }
  return begin;
}

/// Whether a text of the expression language is open at its end.
bool in_text(std::string_view expression) {
  char quote = '\0';
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (quote != '\0') {
      i += c == '\\' ? 1U : 0U;
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    }
  }
  return quote != '\0';
}

/// Makes the cursor one in the value of a key, or of an item in a list of that key.
void go_to_value(Cursor& cursor, const Outline& outline, const Places& places, std::size_t owner) {
  while (owner != kRoot && outline.entries()[owner].kind == Entry::Kind::Item) {
    owner = outline.entries()[owner].parent;
  }
  if (owner == kRoot) {
    cursor.at = Tail::At::Nothing;
    return;
  }
  cursor.at = Tail::At::Value;
  cursor.key = outline.key_of(owner);
  cursor.map = outline.entries()[owner].parent;
  const Inside inside = places.inside(cursor.map);
  cursor.where = inside.list ? std::string_view() : inside.where;
}

}  // namespace

Places::Places(const Outline& outline) {
  inside_.reserve(outline.entries().size());
  for (std::size_t i = 0; i < outline.entries().size(); ++i) {
    const Entry& entry = outline.entries()[i];
    inside_.push_back(inside_of(inside(entry.parent), entry, outline.key_of(i)));
  }
}

Inside Places::inside(std::size_t entry) const {
  return entry == kRoot ? Inside{"runbook", false} : inside_.at(entry);
}

Cursor cursor_at_end(const Outline& outline) {
  const Places places(outline);
  const Tail& tail = outline.tail();
  Cursor cursor;
  cursor.at = tail.at;
  cursor.typed = {tail.begin, outline.text().size()};
  if (tail.at == Tail::At::Value) {
    go_to_value(cursor, outline, places, tail.owner);
  } else if (tail.at == Tail::At::Key) {
    const Inside inside = places.inside(tail.owner);
    cursor.map = tail.owner;
    cursor.where = inside.list ? std::string_view() : inside.where;
    if (!inside.has_keys() && !inside.list) {
      go_to_value(cursor, outline, places, tail.owner);  // a value in a line of its own
    }
  }
  for (std::size_t at = cursor.map; at != kRoot; at = outline.entries()[at].parent) {
    cursor.around.push_back(at);
  }
  return cursor;
}

std::optional<ExpressionPart> expression_at(const Outline& outline, const Cursor& cursor) {
  if (cursor.at != Tail::At::Value) {
    return std::nullopt;
  }
  std::string_view source = cursor.typed.of(outline.text());
  const runbook::KeySpec* key = runbook::find_key(cursor.where, cursor.key);
  if (key == nullptr || key->type != "expression") {
    const auto begin = open_braces(source);
    if (!begin) {
      return std::nullopt;
    }
    source.remove_prefix(*begin);
  }
  if (in_text(source)) {
    return std::nullopt;
  }
  std::size_t begin = source.size();
  while (begin > 0 && (is_name_character(source[begin - 1]) || source[begin - 1] == '.')) {
    --begin;
  }
  const std::string_view chain = source.substr(begin);
  return ExpressionPart{outline.text().size() - chain.size(), chain};
}

const runbook::ActionSpec* spec_of(const Outline& outline,
                                   std::size_t map,
                                   std::span<const runbook::ActionSpec> specs) {
  if (map >= outline.entries().size()) {
    return nullptr;
  }
  if (outline.entries()[map].kind == Entry::Kind::Key && outline.key_of(map) == "with") {
    map = outline.entries()[map].parent;
  }
  const std::string_view action = outline.scalar(map, "do");
  return runbook::find_spec(specs, action.empty() ? outline.scalar(map, "check") : action);
}

}  // namespace cfkops::lsp
