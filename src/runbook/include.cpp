#include "cfkops/runbook/include.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

bool is_include_path(std::string_view word) {
  return word.find('/') != std::string_view::npos || word.ends_with(".yaml") ||
         word.ends_with(".yml");
}

void each_include(const std::vector<Step>& steps, const std::function<void(const Step&)>& visit) {
  for (const Step& step : steps) {
    if (step.included != nullptr) {
      visit(step);
    }
    each_include(step.steps, visit);
    each_include(step.rollback, visit);
    if (step.included != nullptr) {
      each_include(step.included->runbook.rollback, visit);
    }
  }
}

void each_include(const Runbook& runbook, const std::function<void(const Step&)>& visit) {
  each_include(runbook.steps, visit);
  each_include(runbook.rollback, visit);
}

bool has_includes(const Runbook& runbook) {
  bool found = false;
  each_include(runbook, [&found](const Step& /*step*/) { found = true; });
  return found;
}

std::vector<IncludedCopy> copies_of(const Runbook& runbook) {
  std::vector<IncludedCopy> copies;
  each_include(runbook, [&copies](const Step& step) {
    const Included& included = *step.included;
    const bool known = std::any_of(copies.begin(), copies.end(), [&](const IncludedCopy& copy) {
      return copy.word == included.word && copy.from == included.from;
    });
    if (!known) {
      copies.push_back({.word = included.word,
                        .from = included.from,
                        .file = included.runbook.file,
                        .name = included.runbook.name,
                        .sha256 = included.runbook.sha256,
                        .text = included.runbook.source});
    }
  });
  return copies;
}

IncludeResolver resolver_of(std::vector<IncludedCopy> copies) {
  return [copies = std::move(copies)](const std::string& word,
                                      const std::string& from) -> Result<IncludedText> {
    const auto found = std::find_if(copies.begin(), copies.end(), [&](const IncludedCopy& copy) {
      return copy.word == word && copy.from == from;
    });
    if (found == copies.end()) {
      return make_error(ErrorCode::NotFound, "there is no copy of it");
    }
    return IncludedText{.file = found->file, .text = found->text};
  };
}

base::Json to_json(const std::vector<IncludedCopy>& copies) {
  nlohmann::json list = nlohmann::json::array();
  for (const IncludedCopy& copy : copies) {
    list.push_back({{"include", copy.word},
                    {"from", copy.from},
                    {"file", copy.file},
                    {"name", copy.name},
                    {"sha256", copy.sha256},
                    {"text", copy.text}});
  }
  return base::Json(std::move(list));
}

Result<std::vector<IncludedCopy>> copies_from(const base::Json& list) {
  std::vector<IncludedCopy> copies;
  for (const base::Json& one : list.items()) {
    IncludedCopy copy;
    CFKOPS_ASSIGN(copy.word, one.string_at("/include"));
    CFKOPS_ASSIGN(copy.from, one.string_at("/from"));
    CFKOPS_ASSIGN(copy.file, one.string_at("/file"));
    CFKOPS_ASSIGN(copy.name, one.string_at("/name"));
    CFKOPS_ASSIGN(copy.sha256, one.string_at("/sha256"));
    CFKOPS_ASSIGN(copy.text, one.string_at("/text"));
    copies.push_back(std::move(copy));
  }
  return copies;
}

}  // namespace cfkops::runbook
