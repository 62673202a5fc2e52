#include "cfkops/runbook/function_list.hpp"

#include "functions.hpp"

namespace cfkops::runbook {

std::vector<FunctionHelp> function_list() {
  std::vector<FunctionHelp> list;
  for (const Function& function : all_functions()) {
    list.push_back({.name = function.name, .signature = function.signature});
  }
  return list;
}

}  // namespace cfkops::runbook
