#include "evaluator.hpp"
#include "map_value.hpp"
#include "names.hpp"
#include "number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace cfkops::runbook {

using ast::Kind;
using ast::Node;
using ast::NodePtr;

namespace {

Value some(const Value& value) {
  return {OptionalValue{std::make_shared<const Value>(value)}};
}

}  // namespace

const Value* Evaluator::local(const std::string& name) const {
  const auto found = std::find_if(
      locals_.rbegin(), locals_.rend(), [&](const Local& known) { return *known.name == name; });
  return found == locals_.rend() ? nullptr : &found->value;
}

Result<Value> Evaluator::name(const Node& node) const {
  const Value* variable = node.absolute ? nullptr : local(node.name);
  if (variable != nullptr) {
    return *variable;
  }
  const auto found = find_name(bindings_, expression_.container(), node.name, node.absolute);
  if (found != bindings_.end()) {
    return found->second;
  }
  const auto type = type_named(node.name);
  return type ? Result<Value>(*type) : fail(node, fmt::format("unknown name '{}'", node.name));
}

/// What a member chain is as one name with dots in it: a binding, or a type.
std::optional<Value> Evaluator::qualified(const Node& node) const {
  if (!qualified_names_ && !may_name_type(node)) {
    return std::nullopt;
  }
  const Node* root = ast::root_of(node);
  if (root == nullptr || (!root->absolute && local(root->name) != nullptr)) {
    return std::nullopt;
  }
  const std::string name = ast::qualified_name(node);
  const auto found = find_name(bindings_, expression_.container(), name, root->absolute);
  return found != bindings_.end() ? std::optional(found->second) : type_named(name);
}

Error Evaluator::missing(const Node& node, const Value& target, const Value& key) const {
  if (target.list() != nullptr) {
    return fail(node,
                fmt::format("index out of bounds: {} of {}", key.text(), target.list()->size()));
  }
  return fail(node, fmt::format("no such key: '{}'", key.text()));
}

Result<const Value*> Evaluator::find_element(const Node& node,
                                             const ValueList& items,
                                             const Value& key) const {
  const auto number = whole_number(key);
  if (!number) {
    return fail(node, fmt::format("the index of a list is an int, not {}", key.type_name()));
  }
  const bool inside = *number >= 0 && static_cast<std::size_t>(*number) < items.size();
  return inside ? &items[static_cast<std::size_t>(*number)] : nullptr;
}

/// What `key` leads to in `target`, or nullptr where there is nothing.
Result<const Value*> Evaluator::find(const Node& node, const Value& target, const Value& key) {
  if (node.kind != Kind::Index) {
    return is_map(target)
               ? Result<const Value*>(find_key(target, key))
               : fail(node, fmt::format("a {} has no member '{}'", target.type_name(), node.name));
  }
  if (const ValueList* items = target.list()) {
    return find_element(node, *items, key);
  }
  if (!is_map(target)) {
    return fail(node, fmt::format("'[]' does not take {}", target.type_name()));
  }
  if (key.list() != nullptr || is_map(key)) {
    return fail(node, fmt::format("the key of a map is a string, not {}", key.type_name()));
  }
  return find_key(target, key);
}

/// target.key or target[key], by themselves, optional or through an optional.
Result<Value> Evaluator::access(const Node& node, const Value& target, const Value& key) {
  const auto* through = target.as<OptionalValue>();
  if (through != nullptr && through->value == nullptr) {
    return target;
  }
  const Value& inside = through == nullptr ? target : *through->value;
  CFKOPS_ASSIGN(const Value* found, find(node, inside, key));
  if (through != nullptr || node.optional) {
    return found == nullptr ? Value(OptionalValue{}) : some(*found);
  }
  return found != nullptr ? Result<Value>(*found) : missing(node, target, key);
}

Result<Value> Evaluator::member(const Node& node) {
  if (auto whole = qualified(node)) {
    return *std::move(whole);
  }
  CFKOPS_ASSIGN(const Value target, value_of(node.child(0)));
  return access(node, target, Value(node.name));
}

Result<Value> Evaluator::has(const Node& node) {
  CFKOPS_ASSIGN(const Value target, value_of(node.child(0)));
  const auto* through = target.as<OptionalValue>();
  if (through != nullptr && through->value == nullptr) {
    return Value(false);
  }
  CFKOPS_ASSIGN(const Value* found,
                find(node, through == nullptr ? target : *through->value, Value(node.name)));
  return Value(found != nullptr);
}

Result<Value> Evaluator::index(const Node& node) {
  CFKOPS_ASSIGN(const Value target, value_of(node.child(0)));
  CFKOPS_ASSIGN(const Value key, value_of(node.child(1)));
  if (key.tainted()) {
    return fail(node, "a secret may not be an index");
  }
  return access(node, target, key);
}

/// An element of a list or the value of a member; nothing where it is optional, and none.
Result<std::optional<Value>> Evaluator::element(const Node& node) {
  CFKOPS_ASSIGN(Value value, value_of(node));
  if (node.kind != Kind::Maybe) {
    return std::optional(std::move(value));
  }
  const auto* optional = value.as<OptionalValue>();
  if (optional == nullptr) {
    return fail(node, fmt::format("'?' takes an optional, got {}", value.type_name()));
  }
  return optional->value == nullptr ? std::optional<Value>() : std::optional(*optional->value);
}

Result<Value> Evaluator::list(const Node& node) {
  ValueList items;
  items.reserve(node.children.size());
  for (const NodePtr& child : node.children) {
    CFKOPS_ASSIGN(std::optional<Value> item, element(*child));
    if (item) {
      items.push_back(*std::move(item));
    }
  }
  return Value(std::move(items));
}

Result<Value> Evaluator::map(const Node& node) {
  ValueEntries entries;
  for (std::size_t i = 0; i < node.children.size(); i += 2) {
    CFKOPS_ASSIGN(Value key, value_of(node.child(i)));
    CFKOPS_ASSIGN(std::optional<Value> value, element(node.child(i + 1)));
    if (value) {
      entries.push_back({std::move(key), *std::move(value)});
    }
  }
  auto map = make_map(std::move(entries));
  return map ? Result<Value>(*std::move(map)) : fail(node, std::move(map).error());
}

}  // namespace cfkops::runbook
