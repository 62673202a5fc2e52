#include "cfkops/runbook/action_spec.hpp"

#include <algorithm>

namespace cfkops::runbook {

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::Read:
      return "read";
    case Effect::Idempotent:
      return "idempotent";
    case Effect::Once:
      return "once";
  }
  return "once";
}

std::string PermissionSpec::text() const {
  return resource + (in == In::AllNamespaces ? " in all namespaces" : "") +
         (only.empty() ? "" : " (" + only + ")");
}

const ArgumentSpec* ActionSpec::argument(std::string_view wanted) const {
  const auto found = std::find_if(arguments.begin(),
                                  arguments.end(),
                                  [&](const ArgumentSpec& spec) { return spec.name == wanted; });
  return found == arguments.end() ? nullptr : &*found;
}

Type ActionSpec::output_type() const {
  std::vector<Type::Field> fields;
  fields.reserve(outputs.size());
  for (const OutputSpec& output : outputs) {
    fields.push_back({output.name, output.type, output.help});
  }
  return Type::object(std::move(fields));
}

const ActionSpec* find_spec(std::span<const ActionSpec> specs, std::string_view name) {
  const auto found = std::find_if(
      specs.begin(), specs.end(), [&](const ActionSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

}  // namespace cfkops::runbook
