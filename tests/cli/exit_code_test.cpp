#include "exit_code.hpp"

#include "cluster_bench.hpp"
#include "support/source_tree.hpp"

#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <utility>
#include <vector>

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

TEST(ExitCode, PolicyRefusedIsFour) {
  EXPECT_EQ(code_of(engine::RunResult::PolicyRefused), 4);
}

TEST(ExitCode, DriftedIsSix) {
  EXPECT_EQ(code_of(engine::RunResult::Drifted), 6);
}

TEST(ExitCode, LockedIsEight) {
  EXPECT_EQ(code_of(engine::RunResult::Locked), 8);
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

TEST(ExitCode, ARunThatStoppedItselfFailed) {
  EXPECT_EQ(code_of(engine::RunResult::Interrupted), 1);
}

TEST(ExitCode, AnErrorBeforeARunHasTheCodeOfARunThatIsNotBegun) {
  const std::vector<std::pair<ErrorCode, int>> rows = {{ErrorCode::InvalidInput, 2},
                                                       {ErrorCode::NotFound, 2},
                                                       {ErrorCode::Unauthorized, 5},
                                                       {ErrorCode::Forbidden, 5},
                                                       {ErrorCode::Refused, 5},
                                                       {ErrorCode::Unknown, 5},
                                                       {ErrorCode::Internal, 10},
                                                       {ErrorCode::AlreadyExists, 1},
                                                       {ErrorCode::Conflict, 1},
                                                       {ErrorCode::Invalid, 1},
                                                       {ErrorCode::Gone, 1},
                                                       {ErrorCode::TooManyRequests, 1},
                                                       {ErrorCode::ServerError, 1},
                                                       {ErrorCode::Unreachable, 1},
                                                       {ErrorCode::ConnectionLost, 1},
                                                       {ErrorCode::Timeout, 1},
                                                       {ErrorCode::Tls, 1},
                                                       {ErrorCode::Protocol, 1},
                                                       {ErrorCode::Io, 1}};
  for (const auto& [code, wanted] : rows) {
    EXPECT_EQ(exit_code(make_error(code, "x"), 0), wanted) << to_string(code);
  }
}

TEST(ExitCode, BeingStoppedBeforeARunCarriesItsSignal) {
  const Error stopped = make_error(ErrorCode::Cancelled, "stopped");
  EXPECT_EQ(exit_code(stopped, SIGHUP), 129);
  EXPECT_EQ(exit_code(stopped, SIGINT), 130);
  EXPECT_EQ(exit_code(stopped, SIGTERM), 143);
  EXPECT_EQ(exit_code(stopped, 0), 130);
}

TEST(ExitCode, EveryCodeHasItsRowInTheDocumentation) {
  const std::string page = test::read_file(test::source_tree() / "docs/cli.md");
  const std::size_t begin = page.find("## Exit codes");
  const std::string section = page.substr(begin, page.find("\n## ", begin) - begin);
  std::vector<std::string> rows;
  for (const std::string& line : base::split(section, '\n')) {
    if (line.size() > 2 && line[2] >= '0' && line[2] <= '9') {
      rows.push_back(line.substr(2, line.find(" |", 2) - 2));
    }
  }
  EXPECT_THAT(rows,
              testing::ElementsAre(
                  "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "129, 130, 143"));
}

/// What plan and run make of the same trouble, met after the first contact.
struct PlanAndRun : testing::Test, test::ClusterBench {
  test::TempDir folder;
  std::string book = folder.write("x.yaml", test::small_runbook("x")).string();
};

TEST_F(PlanAndRun, EndWithTheSameCodeForTheSameTrouble) {
  for (const ErrorCode code : {ErrorCode::NotFound,
                               ErrorCode::Unauthorized,
                               ErrorCode::Forbidden,
                               ErrorCode::Invalid,
                               ErrorCode::Protocol,
                               ErrorCode::Tls,
                               ErrorCode::Io,
                               ErrorCode::Refused,
                               ErrorCode::Unknown,
                               ErrorCode::Internal}) {
    script = [code](test::ScriptedTransport& transport) {
      transport.on("GET", "/version").fail(code, "trouble");
    };
    const int planned = run_words({"plan", book});
    EXPECT_EQ(planned, exit_code(make_error(code, "trouble"), 0)) << to_string(code);
    // A run asks for the version once more before it begins.
    script = [code](test::ScriptedTransport& transport) {
      transport.on("GET", "/version")
          .reply(200, nlohmann::json{{"gitVersion", "v1.34.4"}})
          .fail(code, "trouble");
    };
    terminal.shown_out.clear();
    EXPECT_EQ(run_words({"run", book, "--yes"}), planned) << to_string(code) << terminal.shown_err;
    EXPECT_NE(terminal.shown_out, "") << "it did not get as far as a run";
  }
}

TEST_F(PlanAndRun, EndWithTheSignalThatStopsThem) {
  for (const int signal_number : {SIGHUP, SIGTERM}) {
    for (const char* command : {"plan", "run"}) {
      cancel.emplace();
      script = [&](test::ScriptedTransport& transport) {
        transport.on("GET", "/version").hang();
        transport.at(std::chrono::seconds(1), [&] { cancel->request(signal_number); });
      };
      EXPECT_EQ(run_words({command, book}), 128 + signal_number) << terminal.shown_err;
    }
  }
}

}  // namespace
}  // namespace cfkops::cli
