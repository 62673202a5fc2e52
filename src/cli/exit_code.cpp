#include "exit_code.hpp"

#include <csignal>

namespace cfkops::cli {

namespace {

int interrupted(int signal_number) {
  return kInterrupted + (signal_number == 0 ? SIGINT : signal_number);
}

}  // namespace

int exit_code(const engine::RunReport& report) {
  using engine::RunResult;
  switch (report.result) {
    case RunResult::Succeeded:
      return kOk;
    case RunResult::Failed:
      return report.error && report.error->code == ErrorCode::Internal ? kInternal : kRunFailed;
    case RunResult::InvalidInput:
      return kUsage;
    case RunResult::PrerequisiteFailed:
      return kPrerequisite;
    case RunResult::NotConfirmed:
    case RunResult::PolicyRefused:
      return kRefused;
    case RunResult::ValidationFailed:
      return kValidationFailed;
    case RunResult::UndoIncomplete:
      return kUndoIncomplete;
    case RunResult::Drifted:
      return kDrift;
    case RunResult::Locked:
      return kLocked;
    case RunResult::Interrupted:
      // Without a signal the run stopped itself: a guard, or a no to a step.
      return report.signal_number == 0 ? kRunFailed : interrupted(report.signal_number);
  }
  return kInternal;
}

int exit_code(const Error& error, int signal_number) {
  switch (error.code) {
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
      return kUsage;
    case ErrorCode::Unauthorized:
    case ErrorCode::Forbidden:
    case ErrorCode::Refused:
    case ErrorCode::Unknown:
      return kPrerequisite;
    case ErrorCode::Cancelled:
      return interrupted(signal_number);
    case ErrorCode::Internal:
      return kInternal;
    default:
      return kRunFailed;
  }
}

}  // namespace cfkops::cli
