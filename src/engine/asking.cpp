#include "asking.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::engine {

Status Asking::approve(const Plan& /*plan*/) {
  return make_error(ErrorCode::Internal, "a step cannot ask for the approval of a plan");
}

Status Asking::ask(const Question& question) {
  Status answer = state_.environment.approver.ask(question);
  state_.locks.catch_up();
  const std::string said = answer ? "yes" : "no: " + answer.error().text();
  nlohmann::json note = {
      {"kind", kind_}, {"text", question.what}, {"step", step_}, {"answer", said}};
  if (!question.details.empty()) {
    note["details"] = question.details;
  }
  CFKOPS_TRY(state_.environment.journal.write(
      audit::Phase::Note, Json(std::move(note)), audit::Durable::Yes));
  return answer;
}

}  // namespace cfkops::engine
