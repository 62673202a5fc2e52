#include "cfkops/engine/outcome.hpp"

#include <utility>

namespace cfkops::engine {

Outcome Outcome::done(runbook::ValueMap outputs) {
  Outcome outcome;
  outcome.kind = Kind::Done;
  outcome.outputs = std::move(outputs);
  return outcome;
}

Outcome Outcome::not_yet(std::string why) {
  Outcome outcome;
  outcome.kind = Kind::NotYet;
  outcome.why = std::move(why);
  return outcome;
}

Outcome Outcome::refused(std::string why, std::string override_parameter) {
  Outcome outcome;
  outcome.kind = Kind::Refused;
  outcome.why = std::move(why);
  outcome.override_parameter = std::move(override_parameter);
  return outcome;
}

Outcome Outcome::unknown(std::string why) {
  Outcome outcome;
  outcome.kind = Kind::Unknown;
  outcome.why = std::move(why);
  return outcome;
}

Outcome Outcome::from(Error error) {
  Outcome outcome;
  switch (error.code) {
    case ErrorCode::Cancelled:
      outcome.kind = Kind::Stopped;
      break;
    case ErrorCode::Unknown:
      outcome.kind = Kind::Unknown;
      break;
    case ErrorCode::Refused:
      outcome.kind = Kind::Refused;
      break;
    default:
      outcome.kind = Kind::Failed;
      break;
  }
  outcome.why = error.text();
  outcome.error = std::move(error);
  return outcome;
}

void Outcome::fail_refused() {
  if (kind == Kind::Refused) {
    kind = Kind::Failed;
    error = error.value_or(make_error(ErrorCode::Refused, why));
  }
}

std::string_view to_string(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::Done:
      return "done";
    case Outcome::Kind::NotYet:
      return "not_yet";
    case Outcome::Kind::Refused:
      return "refused";
    case Outcome::Kind::Unknown:
      return "unknown";
    case Outcome::Kind::Failed:
      return "failed";
    case Outcome::Kind::Stopped:
      return "stopped";
  }
  return "unknown";
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return "pass";
    case Verdict::Skipped:
      return "skipped";
    case Verdict::Fail:
      return "fail";
    case Verdict::Unknown:
      return "unknown";
  }
  return "unknown";
}

bool lets_go_on(Verdict verdict) {
  return verdict == Verdict::Pass || verdict == Verdict::Skipped;
}

CheckResult CheckResult::unknown(const Error& error) {
  return {.verdict = Verdict::Unknown,
          .summary = error.text(),
          .details = {},
          .remedy = error.hint,
          .outputs = {}};
}

}  // namespace cfkops::engine
