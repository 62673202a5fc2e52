#include "names.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/help.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::lsp {

namespace {

using runbook::Type;

/// The members of what has that type.
std::vector<Named> members_of(const Type& type) {
  std::vector<Named> members;
  if (type.kind == Type::Kind::Ref) {
    for (const std::string& name : runbook::reference_members()) {
      members.push_back({name, "member", Type::of(Type::Kind::String), {}, {}});
    }
  }
  for (const Type::Field& field : type.fields) {
    members.push_back(
        {field.name, type.is_live() ? "member" : "output", field.type, field.help, {}});
  }
  return members;
}

const Named* find_in(const std::vector<Named>& names, std::string_view name) {
  const auto found = std::find_if(
      names.begin(), names.end(), [&](const Named& each) { return each.name == name; });
  return found == names.end() ? nullptr : &*found;
}

}  // namespace

Names::Names(const Outline& outline,
             std::span<const std::size_t> around,
             const runbook::Knowledge& knowledge)
    : outline_(outline),
      roots_({{"params", "names", Type(), "The parameters of the runbook", {}},
              {"steps", "names", Type(), "The outputs of steps that are done", {}},
              {"checks", "names", Type(), "The outputs of the prerequisites", {}},
              {"run", "names", runbook::run_type(), "The run itself", {}}}) {
  const Places places(outline);
  for (std::size_t i = 0; i < outline.entries().size(); ++i) {
    const Inside inside = places.inside(i);
    if (inside.list) {
      continue;
    }
    if (inside.where == "param") {
      add_param(i);
    } else if (inside.where == "step") {
      add_outputs(steps_, i, knowledge);
    } else if (inside.where == "check") {
      add_outputs(checks_, i, knowledge);
    }
  }
  for (const std::size_t entry : around) {
    if (entry < outline.entries().size() && places.inside(entry).where == "step") {
      add_element(entry);
    }
  }
}

void Names::add_param(std::size_t entry) {
  std::string text(outline_.scalar(entry, "type"));
  if (text == "enum") {
    text = "string";
  }
  params_.push_back({std::string(outline_.key_of(entry)),
                     "parameter",
                     Type::parse(text).value_or(Type()),
                     std::string(outline_.scalar(entry, "doc")),
                     outline_.entries()[entry].key});
}

/// The kinds that an argument may be: the word that stands there, or those of the parameter that is
/// a reference whose kind it is.
std::vector<std::string> Names::kinds_in(std::string_view argument) const {
  if (!argument.starts_with("${") || !argument.ends_with('}')) {
    return argument.empty() ? std::vector<std::string>() : std::vector{std::string(argument)};
  }
  const std::vector<std::string> chain =
      base::split(base::trim(argument.substr(2, argument.size() - 3)), '.');
  const Named* param = chain.size() == 3 && chain.front() == "params" && chain.back() == "kind"
                           ? find_in(params_, chain[1])
                           : nullptr;
  return param == nullptr ? std::vector<std::string>() : runbook::kinds_of_reference(param->type);
}

/// Adds a step or check, which has the outputs of its action or check.
void Names::add_outputs(std::vector<Named>& names,
                        std::size_t entry,
                        const runbook::Knowledge& knowledge) {
  const std::size_t id = outline_.child(entry, "id");
  const runbook::ActionSpec* spec = spec_of(outline_, entry, knowledge.specs);
  const std::size_t with = outline_.child(entry, "with");
  if (id != kRoot) {
    Type outputs;
    if (spec != nullptr) {
      outputs = output_type(*spec, knowledge.kinds.get(), [&](std::string_view argument) {
        return with == kRoot ? std::vector<std::string>()
                             : kinds_in(outline_.scalar(with, argument));
      });
    }
    names.push_back({std::string(outline_.value_of(id)),
                     &names == &steps_ ? "step" : "check",
                     std::move(outputs),
                     std::string(outline_.scalar(entry, "title")),
                     outline_.entries()[id].value});
  }
}

/// The element of the list that a step is repeated for.
void Names::add_element(std::size_t step) {
  const std::size_t each = outline_.child(step, "each");
  const std::size_t as = each == kRoot ? kRoot : outline_.child(each, "as");
  if (as == kRoot) {
    return;
  }
  roots_.push_back({std::string(outline_.value_of(as)),
                    "element",
                    Type(),
                    "An element of " + std::string(outline_.scalar(each, "in")),
                    outline_.entries()[as].value});
}

std::vector<Named> Names::members(std::span<const std::string> chain) const {
  if (chain.empty()) {
    return roots_;
  }
  if (chain.size() == 1 && chain.front() == "params") {
    return params_;
  }
  if (chain.size() == 1 && chain.front() == "steps") {
    return steps_;
  }
  if (chain.size() == 1 && chain.front() == "checks") {
    return checks_;
  }
  const auto named = find(chain);
  return named ? members_of(named->type) : std::vector<Named>();
}

std::optional<Named> Names::find(std::span<const std::string> chain) const {
  if (chain.empty()) {
    return std::nullopt;
  }
  std::vector<Named> level = roots_;
  for (std::size_t i = 0;; ++i) {
    const Named* named = find_in(level, chain[i]);
    if (named == nullptr || i + 1 == chain.size()) {
      return named == nullptr ? std::nullopt : std::optional(*named);
    }
    const std::string_view root = i == 0 ? std::string_view(chain[0]) : std::string_view();
    level = root == "params"   ? params_
            : root == "steps"  ? steps_
            : root == "checks" ? checks_
                               : members_of(named->type);
  }
}

}  // namespace cfkops::lsp
