#include "load_parts.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

/// One value of `with`, at whatever depth.
ArgumentValue load_argument(Form& form, const YamlNode& node, std::string_view what) {
  ArgumentValue argument;
  argument.pos = node.pos;
  switch (node.kind) {
    case YamlNode::Kind::Null:
      form.report(
          kEmptyValue, node, fmt::format("{} has no value", what), "remove it, or give it one");
      break;
    case YamlNode::Kind::Scalar: {
      argument.plain = !node.quoted;
      const Value plain = plain_value(node);
      if (node.quoted || plain.as<std::string>() != nullptr) {
        argument.data = form.templated(node, what);
      } else {
        argument.data = plain;
      }
      break;
    }
    case YamlNode::Kind::Sequence: {
      ArgumentValue::List list;
      for (const YamlNode& item : node.items) {
        list.push_back(load_argument(form, item, fmt::format("an entry of {}", what)));
      }
      argument.data = std::move(list);
      break;
    }
    case YamlNode::Kind::Map: {
      ArgumentValue::Map map;
      for (const YamlNode::Member& member : node.members) {
        ArgumentValue value = load_argument(form, member.value, fmt::format("'{}'", member.key));
        value.key_pos = member.key_pos;
        map.push_back({member.key, std::move(value)});
      }
      argument.data = std::move(map);
      break;
    }
  }
  return argument;
}

/// The id of a check that has none: from its kind and its place in the list.
std::string made_id(const std::string& kind, std::size_t number) {
  std::string id = kind.empty() ? "check" : kind;
  std::replace(id.begin(), id.end(), '.', '_');
  return fmt::format("{}_{}", id, number);
}

/// Refuses what goes only with, or only without, `check: expr`.
void check_kind(Form& form, const YamlNode& node, const CheckEntry& entry) {
  const bool expr = entry.kind == "expr";
  for (const YamlNode::Member& member : node.members) {
    const bool only_expr = member.key == "that" || member.key == "else";
    if (entry.kind.empty() || (expr ? member.key != "with" : !only_expr)) {
      continue;
    }
    form.report(
        kUnknownKey,
        member.key_pos,
        count_characters(member.key),
        expr ? "check 'expr' takes no 'with'"
             : fmt::format("'{}' goes with 'check: expr', not with '{}'", member.key, entry.kind),
        expr ? "write the condition in 'that'"
             : "make it a check of its own: {check: expr, that: …}");
  }
  if (expr && node.find("that") == nullptr) {
    form.report(kMissingKey,
                node.pos,
                1,
                "check 'expr' lacks 'that'",
                "add that: size(steps.roll.restarted) > 0");
  }
}

/// One check, as the `number`-th of its list, in which the ids of `known` are given already.
CheckEntry load_check(Form& form, const YamlNode& node, std::size_t number, KnownIds& known) {
  CheckEntry entry;
  entry.pos = node.pos;
  if (!node.is_map()) {
    return entry;
  }
  const YamlNode* kind = Form::member(node, "check");
  entry.kind = form.text(kind, "'check'");
  if (kind != nullptr) {
    entry.pos = kind->pos;
  }
  check_kind(form, node, entry);
  entry.id = form.id(Form::member(node, "id"), "check");
  entry.title = form.text(Form::member(node, "title"), "'title'");
  entry.when = form.expression(Form::member(node, "when"), "'when'");
  entry.with = load_arguments(form, Form::member(node, "with"), "'with'");
  entry.that = form.expression(Form::member(node, "that"), "'that'");
  if (const YamlNode* otherwise = Form::member(node, "else")) {
    entry.otherwise = form.templated(*otherwise, "'else'");
  }
  if (entry.id.empty()) {
    entry.id = made_id(entry.kind, number);
  }
  const YamlNode* id = Form::member(node, "id");
  claim_id(form, known, entry.id, id == nullptr ? entry.pos : id->pos, "check");
  return entry;
}

}  // namespace

void claim_id(Form& form,
              KnownIds& known,
              const std::string& id,
              const SourcePos& pos,
              std::string_view what) {
  const auto [first, fresh] = known.emplace(id, pos);
  if (!fresh) {
    form.report(kBadId,
                pos,
                count_characters(id),
                fmt::format("{} '{}' is already in line {}", what, id, first->second.line),
                "choose another id");
  }
}

ArgumentMap load_arguments(Form& form, const YamlNode* node, std::string_view what) {
  if (node == nullptr) {
    return {};
  }
  if (!node->is_map()) {
    form.report(kWrongType,
                *node,
                fmt::format("{} must be a map, not {}", what, base::kind_word(*node)),
                "write with: {argument: value}");
    return {};
  }
  return std::get<ArgumentValue::Map>(load_argument(form, *node, what).data);
}

std::vector<CheckEntry> load_checks(Form& form, const YamlNode* node, std::string_view place) {
  std::vector<CheckEntry> checks;
  KnownIds known;
  for (const YamlNode* item : form.items(node, fmt::format("'{}'", place))) {
    const std::size_t number = checks.size() + 1;
    form.check_keys(*item, "check", fmt::format("check {} of {}", number, place));
    checks.push_back(load_check(form, *item, number, known));
  }
  return checks;
}

std::vector<Guard> load_guards(Form& form, const YamlNode* node) {
  const std::vector<std::string> words = {"stop", "rollback", "ask"};
  std::vector<Guard> guards;
  KnownIds known;
  for (const YamlNode* item : form.items(node, "'guard'")) {
    const std::size_t number = guards.size() + 1;
    Guard guard;
    const bool map = form.check_keys(*item, "guard", fmt::format("guard {}", number));
    guard.check = load_check(form, *item, number, known);
    if (map) {
      guard.every = form.duration(Form::member(*item, "every"), "'every'").value_or(guard.every);
      guard.hold = form.duration(Form::member(*item, "for"), "'for'").value_or(guard.hold);
      const std::string word = form.word(Form::member(*item, "on_breach"), "'on_breach'", words);
      for (const OnBreach action : {OnBreach::Rollback, OnBreach::Ask}) {
        guard.on_breach = word == to_string(action) ? action : guard.on_breach;
      }
    }
    guards.push_back(std::move(guard));
  }
  return guards;
}

std::string_view to_string(OnBreach action) {
  switch (action) {
    case OnBreach::Stop:
      return "stop";
    case OnBreach::Rollback:
      return "rollback";
    case OnBreach::Ask:
      return "ask";
  }
  return "stop";
}

}  // namespace cfkops::runbook
