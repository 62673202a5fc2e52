#include "form.hpp"

#include "ambiguous.hpp"
#include "key_table.hpp"
#include "lexer.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cfkops::runbook {

namespace {

bool is_id(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kAll = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && kLetters.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(kAll) == std::string_view::npos;
}

/// "a-Name" as "a_name", where that is an id.
std::string as_id(std::string_view name) {
  std::string id = base::lower(name);
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c == '-' || c == '.' || c == ' '; }, '_');
  return is_id(id) ? id : std::string();
}

}  // namespace

Value plain_value(const YamlNode& node) {
  return Value::from_json(base::to_json(node));
}

bool Form::full() const {
  return findings_.size() >= kMostFindings;
}

Diagnostic& Form::add(Diagnostic finding) {
  if (full()) {
    dropped_ = std::move(finding);
    return dropped_;
  }
  return findings_.emplace_back(std::move(finding));
}

Diagnostic& Form::report(std::string_view code,
                         const SourcePos& pos,
                         int length,
                         std::string message,
                         std::string remedy) {
  return add({std::string(code), std::move(message), std::move(remedy), pos, std::max(length, 1)});
}

void Form::report(std::string_view code,
                  const YamlNode& node,
                  std::string message,
                  std::string remedy) {
  report(code, node.pos, node.length, std::move(message), std::move(remedy));
}

void Form::report(const Error& error, const YamlNode& scalar) {
  Diagnostic diagnostic = to_diagnostic(error, std::string(kWrongType));
  if (error.pos) {
    const SourcePos start = source_.content_start(scalar.pos, scalar.quoted);
    diagnostic.pos = source_.locate(start, scalar.scalar, *error.pos);
    diagnostic.length = source_.word_length(diagnostic.pos);
  } else {
    diagnostic.pos = scalar.pos;
    diagnostic.length = std::max(scalar.length, 1);
  }
  add(std::move(diagnostic));
}

bool Form::is_ambiguous(const YamlNode& node, std::string_view what) {
  const auto remedy =
      node.is_scalar() && !node.quoted ? ambiguity(node.scalar) : std::optional<std::string>();
  if (remedy) {
    report(kAmbiguous,
           node,
           fmt::format(
               "{}: '{}' means one thing in YAML 1.1 and another in YAML 1.2", what, node.scalar),
           *remedy);
  }
  return remedy.has_value();
}

void Form::unknown_key(const YamlNode& map,
                       const YamlNode::Member& member,
                       std::string_view where,
                       std::string_view what) {
  const std::vector<std::string> known = key_names(where);
  const int length = count_characters(member.key);
  std::string meant(renamed_key(where, member.key));
  Diagnostic* finding = nullptr;
  if (!meant.empty()) {
    finding =
        &report(kRenamedKey,
                member.key_pos,
                length,
                fmt::format("{} has no key '{}'; here it is called '{}'", what, member.key, meant),
                fmt::format("write {}", meant));
  } else {
    meant = base::closest(member.key, known);
    finding = &report(
        kUnknownKey,
        member.key_pos,
        length,
        fmt::format(
            "{} has no key '{}'{}", what, member.key, base::did_you_mean(member.key, known)),
        fmt::format("it has {}", base::enumerate(known, 20)));
  }
  if (!meant.empty() && map.find(meant) == nullptr) {
    finding->edits = {source_.edit(member.key_pos, length, meant)};
  }
}

bool Form::check_keys(const YamlNode& map, std::string_view where, std::string_view what) {
  const std::vector<std::string> known = key_names(where);
  if (!map.is_map()) {
    report(kWrongType,
           map,
           fmt::format("{} must be a map, not {}", what, base::kind_word(map)),
           fmt::format("write its keys: {}", base::enumerate(known, 12)));
    return false;
  }
  for (const YamlNode::Member& member : map.members) {
    if (full()) {
      break;
    }
    const int length = count_characters(member.key);
    if (find_key(where, member.key) == nullptr) {
      unknown_key(map, member, where, what);
    } else if (member.value.is_null()) {
      report(kEmptyValue,
             member.key_pos,
             length,
             fmt::format("'{}' has no value", member.key),
             fmt::format("remove it, or write {}", find_key(where, member.key)->example));
    }
  }
  for (const KeySpec& key : all_keys()) {
    if (key.required && stands_in(key, where) && map.find(key.key) == nullptr) {
      report(kMissingKey,
             map.pos,
             1,
             fmt::format("{} lacks '{}'", what, key.key),
             fmt::format("add {}", key.example));
    }
  }
  return true;
}

const YamlNode* Form::member(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node == nullptr || node->is_null() ? nullptr : node;
}

bool Form::is_scalar(const YamlNode& node, std::string_view what, std::string_view wanted) {
  if (node.is_scalar()) {
    return true;
  }
  report(kWrongType,
         node.pos,
         1,
         fmt::format("{} must be {}, not {}", what, wanted, base::kind_word(node)),
         {});
  return false;
}

std::string Form::text(const YamlNode* node, std::string_view what) {
  if (node == nullptr || !is_scalar(*node, what, "text")) {
    return {};
  }
  if (base::trim(node->scalar).empty()) {
    report(kEmptyValue, *node, fmt::format("{} is empty", what));
  }
  return node->scalar;
}

std::string Form::word(const YamlNode* node,
                       std::string_view what,
                       std::span<const std::string> words) {
  std::string found = text(node, what);
  if (found.empty() || std::find(words.begin(), words.end(), found) != words.end()) {
    return found;
  }
  report(kWrongType,
         *node,
         fmt::format("{} must be {}, not '{}'{}",
                     what,
                     base::join(words, " or "),
                     found,
                     base::did_you_mean(found, words)));
  return {};
}

std::string Form::id(const YamlNode* node, std::string_view what) {
  std::string name = text(node, what);
  if (name.empty() || !check_id(name, node->pos, what)) {
    return {};
  }
  return name;
}

bool Form::check_id(const std::string& name, const SourcePos& pos, std::string_view what) {
  const int length = count_characters(name);
  if (!is_id(name)) {
    const std::string better = as_id(name);
    report(kBadId,
           pos,
           length,
           fmt::format("{} '{}' is no id", what, name),
           better.empty()
               ? "ids are lower-case letters, digits and _, a letter first; expressions use them"
               : fmt::format("write {}; in an expression a hyphen is a minus", better));
    return false;
  }
  if (is_reserved(name)) {  // a thing of that name could not be referred to
    report(kBadId,
           pos,
           length,
           fmt::format("{} '{}' is a word of the expression language", what, name),
           "choose another name");
    return false;
  }
  return true;
}

std::optional<Duration> Form::duration(const YamlNode* node, std::string_view what) {
  if (node == nullptr || !is_scalar(*node, what, "a duration such as 30s")) {
    return std::nullopt;
  }
  const auto value = convert(plain_value(*node), Type::of(Type::Kind::Duration));
  if (!value) {
    report(
        kWrongType, *node, fmt::format("{}: {}", what, value.error().message), value.error().hint);
    return std::nullopt;
  }
  const Duration duration = *value->as<Duration>();
  if (duration <= Duration(0)) {
    report(kWrongType, *node, fmt::format("{} must be longer than nothing", what));
    return std::nullopt;
  }
  return duration;
}

std::optional<bool> Form::boolean(const YamlNode* node, std::string_view what) {
  if (node == nullptr || !is_scalar(*node, what, "true or false") || is_ambiguous(*node, what)) {
    return std::nullopt;
  }
  const Value value = plain_value(*node);
  if (const auto* truth = value.as<bool>()) {
    return *truth;
  }
  report(kWrongType, *node, fmt::format("{} must be true or false, not '{}'", what, node->scalar));
  return std::nullopt;
}

std::optional<double> Form::number(const YamlNode* node,
                                   std::string_view what,
                                   double least,
                                   double most) {
  if (node == nullptr || !is_scalar(*node, what, "a number") || is_ambiguous(*node, what)) {
    return std::nullopt;
  }
  const auto value = convert(plain_value(*node), Type::of(Type::Kind::Double));
  const double number = value && !node->quoted ? *value->as<double>() : least - 1;
  if (number >= least && number <= most) {
    return number;
  }
  report(
      kWrongType,
      *node,
      fmt::format("{} must be a number from {} to {}, not '{}'", what, least, most, node->scalar));
  return std::nullopt;
}

Expression Form::expression(const YamlNode* node, std::string_view what) {
  if (node == nullptr || !is_scalar(*node, what, "an expression")) {
    return {};
  }
  auto expression = Expression::parse(node->scalar, source_.content_start(node->pos, node->quoted));
  if (!expression) {
    report(expression.error(), *node);
    return {};
  }
  return *std::move(expression);
}

Template Form::templated(const YamlNode& node, std::string_view what) {
  if (!is_scalar(node, what, "text")) {
    return {};
  }
  auto text = Template::parse(node.scalar, source_.content_start(node.pos, node.quoted));
  if (!text) {
    report(text.error(), node);
    return {};
  }
  return *std::move(text);
}

std::vector<const YamlNode*> Form::items(const YamlNode* node, std::string_view what) {
  std::vector<const YamlNode*> items;
  if (node == nullptr) {
    return items;
  }
  if (!node->is_sequence()) {
    report(kWrongType,
           *node,
           fmt::format("{} must be a list, not {}", what, base::kind_word(*node)),
           "begin each entry with '- '");
    return items;
  }
  for (const YamlNode& item : node->items) {
    if (item.is_null()) {
      report(kEmptyValue, item, fmt::format("{} has an empty entry", what), "remove it");
    } else {
      items.push_back(&item);
    }
  }
  return items;
}

}  // namespace cfkops::runbook
