#include "checker.hpp"
#include "names.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/help.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::runbook {

using ast::Node;

namespace {

Type string_type() {
  return Type::of(Type::Kind::String);
}

bool is_any(const Type& type) {
  return type.kind == Type::Kind::Any;
}

bool is_number(const Type& type) {
  return type.kind == Type::Kind::Int || type.kind == Type::Kind::Uint ||
         type.kind == Type::Kind::Double || is_any(type);
}

bool is_text_key(const Type& type) {
  return type.kind == Type::Kind::String || type.kind == Type::Kind::Enum || is_any(type);
}

/// Whether a map with keys of type `keys` may have `key`.
bool may_be_key(const Type& keys, const Type& key) {
  if (is_any(keys) || is_any(key)) {
    return true;
  }
  return is_text_key(keys) ? is_text_key(key)
                           : keys.kind == key.kind || (is_number(keys) && is_number(key));
}

/// What an access has that is optional, or goes through an optional.
Type optional_of(Type type) {
  type.maybe_missing = false;
  return Type::optional_of(std::move(type));
}

}  // namespace

const Type* Checker::local(const std::string& name) const {
  const auto found = std::find_if(
      locals_.rbegin(), locals_.rend(), [&](const auto& known) { return known.first == name; });
  return found == locals_.rend() ? nullptr : &found->second;
}

Result<Type> Checker::name(const Node& node) const {
  const Type* variable = node.absolute ? nullptr : local(node.name);
  if (variable != nullptr) {
    return *variable;
  }
  const auto found = find_name(scope_, expression_.container(), node.name, node.absolute);
  if (found != scope_.end()) {
    return present(node, found->second);
  }
  if (type_named(node.name)) {
    return Type::of(Type::Kind::TypeType);
  }
  std::vector<std::string> names;
  for (const auto& known : scope_) {
    names.push_back(known.first);
  }
  return unknown(
      node,
      fmt::format("unknown name '{}'{}", node.name, base::did_you_mean(node.name, names)),
      {node.name});
}

/// The type of a name that is there for sure, where it stands in the scope; nullptr of anything
/// else. That of `steps` is as large as the runbook, and copied for no member of it.
const Type* Checker::in_scope(const Node& node) const {
  if (node.kind != ast::Kind::Name || (!node.absolute && local(node.name) != nullptr)) {
    return nullptr;
  }
  const auto found = find_name(scope_, expression_.container(), node.name, node.absolute);
  return found == scope_.end() || found->second.maybe_missing ? nullptr : &found->second;
}

/// The type of a member chain that is one name with dots in it, or nullptr.
const Type* Checker::qualified(const Node& node) const {
  static const Type kType = Type::of(Type::Kind::TypeType);
  if (!qualified_names_ && !may_name_type(node)) {
    return nullptr;
  }
  const Node* root = ast::root_of(node);
  if (root == nullptr || (!root->absolute && local(root->name) != nullptr)) {
    return nullptr;
  }
  const std::string name = ast::qualified_name(node);
  const auto found = find_name(scope_, expression_.container(), name, root->absolute);
  if (found != scope_.end()) {
    return &found->second;
  }
  return type_named(name) ? &kType : nullptr;
}

/// `type` where the chain is known to be there; otherwise an error.
Result<Type> Checker::present(const Node& node, Type type) const {
  if (!type.maybe_missing || &node == passed_on_) {
    return type;
  }
  type.maybe_missing = false;
  const Chain chain = ast::chain_of(node);
  if (std::find(proven_.begin(), proven_.end(), chain) != proven_.end()) {
    return type;
  }
  const std::string text = base::join(chain, ".");
  return fail(node, kMaybeMissing, fmt::format("'{}' may be missing", text))
      .with_hint(chain.size() < 2 ? std::string()
                                  : fmt::format("write has({}) ? {} : …", text, text));
}

/// The type of the member `name` of `target`, `maybe_missing` where it is.
Result<Type> Checker::field(const Node& node, const std::string& name, const Type& target) const {
  switch (target.kind) {
    case Type::Kind::Any:
      return Type();
    case Type::Kind::Map:
      return target.element();
    case Type::Kind::Ref: {
      const std::vector<std::string> members = reference_members();
      return std::find(members.begin(), members.end(), name) != members.end()
                 ? Result<Type>(string_type())
                 : unknown_field(node, name, members, false);
    }
    case Type::Kind::Object:
      break;
    default:
      return fail(node, kTypeMismatch, fmt::format("{} has no member '{}'", target.text(), name));
  }
  if (const Type::Field* found = target.field(name)) {
    return found->type;
  }
  std::vector<std::string> names;
  for (const Type::Field& known : target.fields) {
    names.push_back(known.name);
  }
  return unknown_field(node, name, names, target.is_live());
}

/// What the schema of a kind does not have the cluster may: that is a finding of its own.
Error Checker::unknown_field(const Node& node,
                             const std::string& name,
                             const std::vector<std::string>& known,
                             bool live) const {
  Chain chain = ast::chain_of(node.child(0));
  const std::string owner = chain.empty() ? "it" : "'" + base::join(chain, ".") + "'";
  chain.push_back(name);
  std::string list = known.empty() ? "nothing" : base::enumerate(known, 8);
  Error error = unknown(
      node, fmt::format("{} has no '{}'{}", owner, name, base::did_you_mean(name, known)), chain);
  if (live) {
    error.reason = kUnknownMember;
  }
  return std::move(error).with_hint(fmt::format("{} has {}", owner, list));
}

Result<Type> Checker::member(const Node& node) {
  if (const Type* whole = qualified(node)) {
    return *whole;
  }
  Type computed;
  const Type* target = in_scope(node.child(0));
  if (target == nullptr) {
    CFKOPS_ASSIGN(computed, type_of(node.child(0)));
    target = &computed;
  }
  const bool through = target->kind == Type::Kind::Optional;
  CFKOPS_ASSIGN(Type type, field(node, node.name, through ? target->element() : *target));
  return through || node.optional ? optional_of(std::move(type)) : present(node, std::move(type));
}

Result<Type> Checker::has(const Node& node) {
  CFKOPS_ASSIGN(const Type target, type_of(node.child(0)));
  const bool through = target.kind == Type::Kind::Optional;
  CFKOPS_TRY(field(node, node.name, through ? target.element() : target));
  return Type::of(Type::Kind::Bool);
}

Result<Type> Checker::index(const Node& node) {
  CFKOPS_ASSIGN(const Type target, type_of(node.child(0)));
  CFKOPS_ASSIGN(const Type key, type_of(node.child(1)));
  const bool through = target.kind == Type::Kind::Optional;
  CFKOPS_ASSIGN(Type type, element_at(node, through ? target.element() : target, key));
  return through || node.optional ? optional_of(std::move(type)) : present(node, std::move(type));
}

/// The type of target[key], `maybe_missing` where it is.
Result<Type> Checker::element_at(const Node& node, const Type& target, const Type& key) const {
  switch (target.kind) {
    case Type::Kind::Any:
      return Type();
    case Type::Kind::List:
      return is_number(key) ? Result<Type>(target.element()) : bad_index(node, target, key);
    case Type::Kind::Map:
      return may_be_key(target.key(), key) ? Result<Type>(target.element())
                                           : bad_index(node, target, key);
    case Type::Kind::Object:
    case Type::Kind::Ref:
      return is_text_key(key) ? some_field(node, target) : bad_index(node, target, key);
    default:
      return bad_index(node, target, key);
  }
}

/// A literal key is a member like any other; which one another key will name is not known, but what
/// may be a secret is treated as one.
Result<Type> Checker::some_field(const Node& node, const Type& target) const {
  const Node& key = node.child(1);
  const auto* name = key.kind == ast::Kind::Literal ? key.value.as<std::string>() : nullptr;
  if (name != nullptr) {
    return field(node, *name, target);
  }
  return has_secret(target) ? Type::of(Type::Kind::Secret) : Type();
}

Error Checker::bad_index(const Node& node, const Type& target, const Type& key) const {
  return fail(
      node, kTypeMismatch, fmt::format("{} cannot be indexed by {}", target.text(), key.text()));
}

}  // namespace cfkops::runbook
