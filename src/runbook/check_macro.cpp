#include "checker.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::runbook {

using ast::Node;

/// The variables are positions and elements of a list, keys and values of a map; one alone is an
/// element of a list, a key of a map.
Result<Type> Checker::macro(const Node& node) {
  if (node.name == "optMap" || node.name == "optFlatMap") {
    return optional_macro(node);
  }
  CFKOPS_ASSIGN(const Type range, type_of(node.child(0)));
  Type key;
  Type item;
  switch (range.kind) {
    case Type::Kind::Any:
      break;
    case Type::Kind::List:
      key = Type::of(Type::Kind::Int);
      item = range.element();
      break;
    case Type::Kind::Map:
      key = range.key();
      item = range.element();
      break;
    case Type::Kind::Object:
      key = Type::of(Type::Kind::String);
      item = has_secret(range) ? Type::of(Type::Kind::Secret) : Type();
      break;
    default:
      return fail(node,
                  kTypeMismatch,
                  fmt::format("{}() needs a list or a map, got {}", node.name, range.text()));
  }
  const std::size_t before = locals_.size();
  const bool keys =
      node.second.empty() && (range.kind == Type::Kind::Map || range.kind == Type::Kind::Object);
  if (node.second.empty()) {
    locals_.emplace_back(node.variable, keys ? key : item);
  } else {
    locals_.emplace_back(node.variable, key);
    locals_.emplace_back(node.second, item);
  }
  auto type = body(node, keys ? key : item, key);
  locals_.resize(before);
  return type;
}

Result<Type> Checker::body(const Node& node, const Type& item, const Type& key) {
  const bool quantifier = node.name == "all" || node.name == "exists" || node.name == "exists_one";
  if (quantifier || node.name == "filter") {
    CFKOPS_TRY(condition(node.child(1)));
    return quantifier ? Type::of(Type::Kind::Bool) : Type::list_of(item);
  }
  if (node.children.size() == 3) {
    CFKOPS_TRY(condition(node.child(1)));
  }
  CFKOPS_ASSIGN(Type element, type_of(*node.children.back()));
  return node.name == "transformMap" ? Type::map_of(std::move(element), key)
                                     : Type::list_of(std::move(element));
}

Result<Type> Checker::optional_macro(const Node& node) {
  CFKOPS_ASSIGN(const Type target, type_of(node.child(0)));
  const bool any = target.kind == Type::Kind::Any;
  if (target.kind != Type::Kind::Optional && !any) {
    return fail(node,
                kTypeMismatch,
                fmt::format("{}() needs an optional, got {}", node.name, target.text()));
  }
  locals_.emplace_back(node.variable, any ? Type() : target.element());
  auto type = type_of(node.child(1));
  locals_.pop_back();
  if (!type || node.name == "optMap") {
    return type ? Result<Type>(Type::optional_of(*std::move(type))) : type;
  }
  if (type->kind == Type::Kind::Optional || type->kind == Type::Kind::Any) {
    return type;
  }
  return fail(node.child(1),
              kTypeMismatch,
              fmt::format("optFlatMap() needs an optional, got {}", type->text()));
}

}  // namespace cfkops::runbook
