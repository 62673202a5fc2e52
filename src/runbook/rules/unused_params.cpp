#include "rules/rules.hpp"
#include "span.hpp"

#include <fmt/format.h>

namespace cfkops::runbook::rules {

void unused_params(LintContext& context) {
  for (const Param& param : context.runbook().params) {
    if (!context.used_params().contains(param.name)) {
      context.report(kUnusedParam,
                     param.pos,
                     count_characters(param.name),
                     fmt::format("parameter '{}' is never used", param.name),
                     fmt::format("use it as params.{}, or remove it", param.name));
    }
  }
}

}  // namespace cfkops::runbook::rules
