#include "terminal_approver.hpp"

#include "cfkops/base/text.hpp"

namespace cfkops::cli {

Status TerminalApprover::approve(const engine::Plan& plan) {
  if (shown_) {
    terminal_.err(base::printable_lines("\n" + plan_text(plan, *shown_)));
  }
  if (yes_) {
    return {};
  }
  auto answer = terminal_.ask("\nCarry this out? Only 'yes' is a yes: ");
  if (!answer) {
    return std::move(answer).error().with_hint("read the plan, then add --yes");
  }
  if (base::lower(base::trim(*answer)) != "yes") {
    return make_error(
        ErrorCode::Refused, "not confirmed", "nothing was changed; run it again when it is time");
  }
  return {};
}

Status TerminalApprover::ask(const engine::Question& question) {
  std::string text = "\n" + question.what + "\n";
  for (const std::string& detail : question.details) {
    text += "  " + detail + "\n";
  }
  text += "  yes: " + question.on_yes + "\n  no: " + question.on_no + "\n";
  terminal_.err(base::printable_lines(text));
  auto answer = terminal_.ask("Only 'yes' is a yes: ");
  if (!answer) {
    return std::move(answer).error();
  }
  if (base::lower(base::trim(*answer)) != "yes") {
    return make_error(ErrorCode::Refused, "answered with no: " + question.what);
  }
  return {};
}

}  // namespace cfkops::cli
