#include "functions.hpp"
#include "macro.hpp"

#include "cfkops/runbook/help.hpp"

#include <algorithm>

namespace cfkops::runbook {

std::vector<FunctionHelp> all_function_help() {
  std::vector<FunctionHelp> all;
  for (const Function& function : all_functions()) {
    all.push_back({function.name, function.signature, function.global, function.method});
  }
  all.push_back({"has", "has(params.target) → bool: whether it is there", true, false});
  for (const auto& [name, signature] : macro_signatures()) {
    all.push_back({name, signature, false, true});
  }
  std::ranges::stable_sort(all, {}, &FunctionHelp::name);
  return all;
}

std::vector<std::string> reference_members() {
  return {"kind", "namespace", "name", "uid"};
}

}  // namespace cfkops::runbook
