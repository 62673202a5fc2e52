#include "scope.hpp"

#include "cfkops/runbook/help.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

/// The member to be changed, or nullptr.
Type::Field* find_field(Type& type, std::string_view name) {
  if (type.field(name) == nullptr) {
    return nullptr;
  }
  std::vector<Type::Field>& fields = type.fields.edit();
  return &*std::find_if(
      fields.begin(), fields.end(), [&](const Type::Field& f) { return f.name == name; });
}

void doubt(Type& outputs) {
  for (Type::Field& field : outputs.fields.edit()) {
    field.type.maybe_missing = true;
  }
}

/// A parameter with neither default nor value is missing, but a ref is looked for in the cluster
/// then.
bool may_be_missing(const Param& param) {
  return !param.required && !param.fallback && param.type.kind != K::Ref;
}

void trust(Type& type, std::span<const std::string> chain) {
  type.maybe_missing = type.maybe_missing && !chain.empty();
  if (chain.empty()) {
    return;
  }
  if (Type::Field* field = find_field(type, chain.front())) {
    trust(field->type, chain.subspan(1));
  }
}

}  // namespace

Type run_type() {
  return Type::object({{"id", Type::of(K::String), "The id of the run"},
                       {"namespace", Type::of(K::String), "The namespace it works in"},
                       {"started", Type::of(K::Timestamp), "When it began"},
                       {"undone", Type::of(K::Bool), "What it did is being taken back, or was"}});
}

Scope initial_scope(const Runbook& runbook) {
  std::vector<Type::Field> params;
  for (const Param& param : runbook.params) {
    params.push_back({param.name, param.type, param.doc});
    params.back().type.maybe_missing = may_be_missing(param);
  }
  return {{"params", Type::object(std::move(params))},
          {"run", run_type()},
          {"steps", Type::object({})},
          {"checks", Type::object({})}};
}

void add_outputs(
    Scope& scope, std::string_view root, const std::string& id, Type outputs, Presence presence) {
  if (presence == Presence::Maybe) {
    doubt(outputs);
  }
  Type& owner = scope.find(root)->second;
  if (Type::Field* known = find_field(owner, id)) {
    known->type = std::move(outputs);
  } else {
    owner.fields.edit().push_back({id, std::move(outputs), {}});
  }
}

void doubt_steps(Scope& scope) {
  for (Type::Field& step : scope.find("steps")->second.fields.edit()) {
    doubt(step.type);
  }
}

Scope narrowed(Scope scope, const std::vector<std::vector<std::string>>& chains) {
  for (const std::vector<std::string>& chain : chains) {
    const auto root = scope.find(chain.front());
    if (root != scope.end()) {
      trust(root->second, std::span(chain).subspan(1));
    }
  }
  return scope;
}

}  // namespace cfkops::runbook
