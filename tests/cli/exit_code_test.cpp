#include "exit_code.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace cfkops::cli {
namespace {

int code_of(engine::RunResult result, int signal_number = 0) {
  engine::RunReport report;
  report.result = result;
  report.signal_number = signal_number;
  return exit_code(report);
}

TEST(ExitCode, SucceededIsZero) {
  EXPECT_EQ(code_of(engine::RunResult::Succeeded), 0);
}

TEST(ExitCode, FailedIsOne) {
  EXPECT_EQ(code_of(engine::RunResult::Failed), 1);
}

TEST(ExitCode, InvalidInputIsTwo) {
  EXPECT_EQ(code_of(engine::RunResult::InvalidInput), 2);
}

TEST(ExitCode, NotConfirmedIsFour) {
  EXPECT_EQ(code_of(engine::RunResult::NotConfirmed), 4);
}

TEST(ExitCode, PrerequisiteFailedIsFive) {
  EXPECT_EQ(code_of(engine::RunResult::PrerequisiteFailed), 5);
}

TEST(ExitCode, UndoIncompleteIsSeven) {
  EXPECT_EQ(code_of(engine::RunResult::UndoIncomplete), 7);
}

TEST(ExitCode, ValidationFailedIsNine) {
  EXPECT_EQ(code_of(engine::RunResult::ValidationFailed), 9);
}

TEST(ExitCode, AnInternalErrorIsTen) {
  engine::RunReport report;
  report.result = engine::RunResult::Failed;
  report.error = make_error(ErrorCode::Internal, "broken");
  EXPECT_EQ(exit_code(report), 10);
}

TEST(ExitCode, AnInterruptCarriesItsSignal) {
  EXPECT_EQ(code_of(engine::RunResult::Interrupted, SIGHUP), 129);
  EXPECT_EQ(code_of(engine::RunResult::Interrupted, SIGINT), 130);
  EXPECT_EQ(code_of(engine::RunResult::Interrupted, SIGTERM), 143);
}

TEST(ExitCode, ErrorsBeforeARunHaveTheSameMeanings) {
  EXPECT_EQ(exit_code(make_error(ErrorCode::InvalidInput, "x")), 2);
  EXPECT_EQ(exit_code(make_error(ErrorCode::NotFound, "x")), 2);
  EXPECT_EQ(exit_code(make_error(ErrorCode::Forbidden, "x")), 5);
  EXPECT_EQ(exit_code(make_error(ErrorCode::Unauthorized, "x")), 5);
  EXPECT_EQ(exit_code(make_error(ErrorCode::Refused, "x")), 4);
  EXPECT_EQ(exit_code(make_error(ErrorCode::Unreachable, "x")), 1);
  EXPECT_EQ(exit_code(make_error(ErrorCode::Tls, "x")), 1);
  EXPECT_EQ(exit_code(make_error(ErrorCode::Internal, "x")), 10);
}

}  // namespace
}  // namespace cfkops::cli
