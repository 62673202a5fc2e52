#include "exit_code.hpp"

#include <csignal>

namespace cfkops::cli {

int exit_code(const engine::RunReport& report) {
  using engine::RunResult;
  switch (report.result) {
    case RunResult::Succeeded:
      return kOk;
    case RunResult::Failed:
      return report.error ? exit_code(*report.error) == kInternal ? kInternal : kRunFailed
                          : kRunFailed;
    case RunResult::InvalidInput:
      return kUsage;
    case RunResult::PrerequisiteFailed:
      return kPrerequisite;
    case RunResult::NotConfirmed:
      return kRefused;
    case RunResult::ValidationFailed:
      return kValidationFailed;
    case RunResult::UndoIncomplete:
      return kUndoIncomplete;
    case RunResult::Interrupted:
      return kInterrupted + (report.signal_number == 0 ? SIGINT : report.signal_number);
  }
  return kInternal;
}

int exit_code(const Error& error) {
  switch (error.code) {
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
      return kUsage;
    case ErrorCode::Unauthorized:
    case ErrorCode::Forbidden:
      return kPrerequisite;
    case ErrorCode::Refused:
      return kRefused;
    case ErrorCode::Cancelled:
      return kInterrupted + SIGINT;
    case ErrorCode::Internal:
      return kInternal;
    default:
      return kRunFailed;
  }
}

}  // namespace cfkops::cli
