#include "controllers/definition_names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::vector<std::string> texts_at(const Value& in, Path path) {
  std::vector<std::string> texts;
  for (const Value& text : list_at(in, path)) {
    if (text.is_string()) {
      texts.push_back(text.get<std::string>());
    }
  }
  return texts;
}

/// "…" is already in use, or "" where the name is free or the definition's own.
std::string use_of(const std::string& wanted,
                   const std::string& accepted,
                   const std::set<std::string>& taken) {
  return wanted == accepted || !taken.contains(wanted)
             ? std::string()
             : fmt::format("\"{}\" is already in use", wanted);
}

void accept(Value& names, std::string_view name, const Value& value) {
  if (value.empty() || value == Value("")) {
    erase_at(names, {name});
  } else {
    make_at(names, {name}) = value;
  }
}

void judge_short_names(const Value& wanted,
                       const TakenNames& taken,
                       Value& accepted,
                       NamesVerdict& verdict) {
  const std::vector<std::string> own = texts_at(accepted, {"shortNames"});
  const std::vector<std::string> asked = texts_at(wanted, {"shortNames"});
  if (own == asked) {
    return;
  }
  std::vector<std::string> problems;
  for (const std::string& name : asked) {
    const std::string problem = use_of(name, "", taken.resources);
    if (std::ranges::find(own, name) == own.end() && !problem.empty()) {
      problems.push_back(problem);
    }
  }
  if (problems.empty()) {
    accept(accepted, "shortNames", Value(asked));
    return;
  }
  verdict.conflict = true;
  verdict.reason = "ShortNamesConflict";
  verdict.message =
      problems.size() == 1 ? problems.front() : fmt::format("[{}]", fmt::join(problems, ", "));
}

}  // namespace

void take_names(const Value& definition, TakenNames& taken) {
  const Value& names = object_at(definition, {"status", "acceptedNames"});
  taken.resources.insert(text_at(names, {"plural"}));
  taken.resources.insert(text_at(names, {"singular"}));
  for (const std::string& name : texts_at(names, {"shortNames"})) {
    taken.resources.insert(name);
  }
  taken.kinds.insert(text_at(names, {"kind"}));
  taken.kinds.insert(text_at(names, {"listKind"}));
}

NamesVerdict judge_names(const Value& definition, const TakenNames& taken) {
  const Value& wanted = object_at(definition, {"spec", "names"});
  NamesVerdict verdict;
  Value accepted = object_at(definition, {"status", "acceptedNames"});
  const auto judge =
      [&](std::string_view name, const std::set<std::string>& used, const char* conflict) {
        const std::string text = text_at(wanted, {name});
        const std::string problem = use_of(text, text_at(accepted, {name}), used);
        if (problem.empty()) {
          accept(accepted, name, Value(text));
        } else {
          verdict.conflict = true;
          verdict.reason = conflict;
          verdict.message = problem;
        }
      };
  // Of several conflicts the last is told.
  judge("plural", taken.resources, "PluralConflict");
  judge("singular", taken.resources, "SingularConflict");
  judge_short_names(wanted, taken, accepted, verdict);
  judge("kind", taken.kinds, "KindConflict");
  judge("listKind", taken.kinds, "ListKindConflict");
  accept(accepted, "categories", list_at(wanted, {"categories"}));
  set_default(accepted, {"kind"}, "");
  set_default(accepted, {"plural"}, "");
  verdict.accepted = share(std::move(accepted));
  if (!verdict.conflict) {
    verdict.reason = "NoConflicts";
    verdict.message = "no conflicts found";
  }
  return verdict;
}

bool has_all_names(const Value& definition) {
  const Value& wanted = object_at(definition, {"spec", "names"});
  const Value& accepted = object_at(definition, {"status", "acceptedNames"});
  const auto same_text = [&](std::string_view name) {
    return text_at(wanted, {name}) == text_at(accepted, {name});
  };
  const auto same_list = [&](std::string_view name) {
    return texts_at(wanted, {name}) == texts_at(accepted, {name});
  };
  return same_text("plural") && same_text("singular") && same_text("kind") &&
         same_text("listKind") && same_list("shortNames") && same_list("categories");
}

const Value* find_condition(const Value& definition, std::string_view type) {
  const Value& conditions = list_at(definition, {"status", "conditions"});
  for (const Value& condition : conditions) {
    if (text_at(condition, {"type"}) == type) {
      return &condition;
    }
  }
  return nullptr;
}

void set_condition(Value& definition, Value condition, const std::string& now) {
  Value conditions = list_at(definition, {"status", "conditions"});
  make_at(condition, {"lastTransitionTime"}) = now;
  for (Value& known : conditions) {
    if (text_at(known, {"type"}) != text_at(condition, {"type"})) {
      continue;
    }
    if (text_at(known, {"status"}) == text_at(condition, {"status"})) {
      make_at(condition, {"lastTransitionTime"}) = text_at(known, {"lastTransitionTime"}, now);
    }
    known = std::move(condition);
    make_at(definition, {"status", "conditions"}) = std::move(conditions);
    return;
  }
  conditions.push_back(std::move(condition));
  make_at(definition, {"status", "conditions"}) = std::move(conditions);
}

}  // namespace cfkops::sandbox
