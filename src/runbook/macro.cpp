#include "macro.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook {

namespace {

using ast::Kind;
using ast::Node;

/// How a macro is written: how many names it binds and how many expressions follow, at least and
/// at most.
struct Form {
  std::string_view name;
  std::size_t least_names;
  std::size_t most_names;
  std::size_t least_bodies;
  std::size_t most_bodies;
  std::string_view signature;
};

constexpr std::array<Form, 10> kForms = {
    {{"all", 1, 2, 1, 1, "a name and an expression: list.all(x, …) or list.all(i, x, …)"},
     {"exists", 1, 2, 1, 1, "a name and an expression: list.exists(x, …) or list.exists(i, x, …)"},
     {"exists_one", 1, 2, 1, 1, "a name and an expression: list.exists_one(x, …)"},
     {"existsOne", 1, 2, 1, 1, "a name and an expression: list.existsOne(x, …)"},
     {"filter", 1, 1, 1, 1, "a name and an expression: list.filter(x, …)"},
     {"map", 1, 1, 1, 2, "a name and an expression: list.map(x, …)"},
     {"optFlatMap", 1, 1, 1, 1, "a name and an expression: a.optFlatMap(x, …)"},
     {"optMap", 1, 1, 1, 1, "a name and an expression: a.optMap(x, …)"},
     {"transformList", 2, 2, 1, 2, "two names and an expression: list.transformList(i, x, …)"},
     {"transformMap", 2, 2, 1, 2, "two names and an expression: map.transformMap(k, v, …)"}}};

const Form* find_form(std::string_view name) {
  const auto* const found = std::find_if(
      kForms.begin(), kForms.end(), [&](const Form& form) { return form.name == name; });
  return found == kForms.end() ? nullptr : found;
}

/// The name at `index`, or nothing and what is wrong with it.
std::optional<MacroProblem> read_name(const Node& call, std::size_t index, std::string& name) {
  constexpr std::array<std::string_view, 2> kOrdinals = {"first", "second"};
  const Node& node = call.child(index);
  if (node.kind != Kind::Name || node.absolute) {
    return MacroProblem{
        node.begin,
        fmt::format(
            "the {} argument of {} must be a plain name", kOrdinals.at(index - 1), call.name)};
  }
  name = node.name;
  return std::nullopt;
}

}  // namespace

bool is_macro(std::string_view name) {
  return find_form(name) != nullptr;
}

std::vector<std::pair<std::string_view, std::string_view>> macro_signatures() {
  std::vector<std::pair<std::string_view, std::string_view>> signatures;
  for (const Form& form : kForms) {
    const std::size_t colon = form.signature.find(": ");
    signatures.emplace_back(form.name, form.signature.substr(colon + 2));
  }
  return signatures;
}

std::optional<MacroProblem> make_macro(Node& call) {
  const Form& form = *find_form(call.name);
  const std::size_t count = call.children.size() - 1;
  if (count < form.least_names + form.least_bodies || count > form.most_names + form.most_bodies) {
    return MacroProblem{call.mark, fmt::format("{} takes {}", call.name, form.signature)};
  }
  const bool two = form.least_names == 2 || (form.most_names == 2 && count == 3);
  if (auto problem = read_name(call, 1, call.variable)) {
    return problem;
  }
  if (two) {
    if (auto problem = read_name(call, 2, call.second)) {
      return problem;
    }
  }
  call.kind = Kind::Macro;
  call.name = call.name == "existsOne" ? "exists_one" : call.name;
  call.children.erase(call.children.begin() + 1, call.children.begin() + (two ? 3 : 2));
  return std::nullopt;
}

}  // namespace cfkops::runbook
