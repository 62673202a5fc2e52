#include "kind_outputs.hpp"

#include "rules/facts.hpp"

#include <algorithm>
#include <span>

namespace cfkops::runbook {

namespace {

/// What a chain of names is of, or nullptr.
const Type* type_of(std::span<const std::string> chain, const Scope& scope) {
  const auto root = scope.find(chain.front());
  const Type* type = root == scope.end() ? nullptr : &root->second;
  for (const std::string& name : chain.subspan(1)) {
    const Type::Field* field = type == nullptr ? nullptr : type->field(name);
    type = field == nullptr ? nullptr : &field->type;
  }
  return type;
}

/// The kinds that a value may be: one that is written there, or those of the reference whose kind
/// it is, ${params.target.kind}.
std::vector<std::string> kinds_in(const ArgumentValue& value, const Scope& scope) {
  if (auto word = rules::literal(&value)) {
    return {*std::move(word)};
  }
  const auto* text = std::get_if<Template>(&value.data);
  if (text == nullptr || text->expressions().size() != 1 || !text->source().starts_with("${") ||
      !text->source().ends_with('}')) {
    return {};
  }
  std::vector<std::string> chain = text->expressions().front().chain();
  if (chain.size() < 2 || chain.back() != "kind") {
    return {};
  }
  chain.pop_back();
  const Type* owner = type_of(chain, scope);
  return owner != nullptr && owner->kind == Type::Kind::Ref ? kinds_of_reference(*owner)
                                                            : std::vector<std::string>();
}

}  // namespace

Type output_type(const ActionSpec& spec,
                 const ArgumentMap& with,
                 const Scope& scope,
                 const KindTypes* kinds) {
  return output_type(spec, kinds, [&](std::string_view argument) {
    const auto given = std::find_if(with.begin(), with.end(), [argument](const auto& member) {
      return member.name == argument;
    });
    return given == with.end() ? std::vector<std::string>() : kinds_in(given->value, scope);
  });
}

}  // namespace cfkops::runbook
