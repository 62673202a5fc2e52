#include "cfkops/base/process.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

namespace cfkops::base {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

ProcessRequest shell(const std::string& script) {
  ProcessRequest request;
  request.argv = {"sh", "-c", script};
  return request;
}

Result<ProcessOutcome> run(const ProcessRequest& request) {
  return SystemProcess().run(request);
}

TEST(Process, ReturnsBothStreamsAndTheExitCode) {
  const auto outcome = run(shell("echo out; echo err >&2; exit 7"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "out\n");
  EXPECT_EQ(outcome->error_output, "err\n");
  EXPECT_EQ(outcome->exit_code, 7);
}

TEST(Process, GivesArgumentsAsTheyAre) {
  ProcessRequest request;
  request.argv = {"printf", "%s|", "a b", "$HOME", "", "*"};
  EXPECT_EQ(run(request)->output, "a b|$HOME||*|");
}

TEST(Process, ASignalIsExitCode128PlusItsNumber) {
  EXPECT_EQ(run(shell("kill -TERM $$"))->exit_code, 128 + SIGTERM);
}

TEST(Process, PassesMoreInputThanAPipeHolds) {
  ProcessRequest request;
  request.argv = {"cat"};
  request.input = std::string(1 << 20, 'x') + "end";
  EXPECT_EQ(run(request)->output, request.input);
}

TEST(Process, SurvivesAChildThatDoesNotReadItsInput) {
  ProcessRequest request = shell("exec <&-; echo done");
  request.input = std::string(1 << 20, 'x');
  EXPECT_EQ(run(request)->output, "done\n");
}

TEST(Process, WithoutInputTheChildSeesItsEnd) {
  EXPECT_EQ(run(shell("cat; echo end"))->output, "end\n");
}

TEST(Process, AddsAndRemovesVariables) {
  ProcessRequest request = shell("echo \"$CFKOPS_A:${PATH:+path}:${HOME-none}:$CFKOPS_B\"");
  request.environment = {{"CFKOPS_A", "x=y"}, {"CFKOPS_B", "gone"}};
  request.without = {"HOME", "CFKOPS_B"};
  EXPECT_EQ(run(request)->output, "x=y:path:none:\n");
  request.environment = {{"PATH", "/usr/bin:/bin"}};
  request.argv.back() = "echo $PATH";
  EXPECT_EQ(run(request)->output, "/usr/bin:/bin\n");
}

TEST(Process, KeepsVariablesWithSecretsFromChildren) {
  ASSERT_EQ(::setenv("CFKOPS_KEPT", "canary", 1), 0);
  ProcessRequest request = shell("echo \"${CFKOPS_KEPT-none}\"");
  EXPECT_EQ(run(request)->output, "canary\n");
  keep_from_children("CFKOPS_KEPT");
  EXPECT_EQ(run(request)->output, "none\n");
  request.environment = {{"CFKOPS_KEPT", "named"}};
  EXPECT_EQ(run(request)->output, "named\n");
}

TEST(Process, LeavesNoCoreDump) {
  forbid_core_dumps();
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0U);
  EXPECT_EQ(limit.rlim_max, 0U);
#ifndef CFKOPS_SANITIZED
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
  EXPECT_EQ(run(shell("ulimit -c"))->output, "0\n");
}

TEST(Process, SaysWhenThereIsNoSuchProgram) {
  ProcessRequest request;
  request.argv = {"cfkops-surely-missing"};
  EXPECT_EQ(run(request).error().code, ErrorCode::NotFound);
  EXPECT_EQ(run(request).error().message, "there is no program cfkops-surely-missing in PATH");
  request.argv = {"/cfkops/surely/missing"};
  EXPECT_EQ(run(request).error().message, "there is no program /cfkops/surely/missing");
}

TEST(Process, SaysWhenAFileIsNoProgram) {
  const test::TempDir dir;
  ProcessRequest request;
  request.argv = {dir.write("data", "x").string()};
  const auto outcome = run(request);
  EXPECT_EQ(outcome.error().code, ErrorCode::Io);
  EXPECT_THAT(outcome.error().message, HasSubstr("Permission denied"));
}

TEST(Process, RefusesWhatNoChildCanReceive) {
  const std::string nul("a\0b", 3);
  ProcessRequest request;
  EXPECT_EQ(run(request).error().code, ErrorCode::InvalidInput);
  request.argv = {"true", nul};
  EXPECT_EQ(run(request).error().code, ErrorCode::InvalidInput);
  for (const auto& variable : {std::pair<std::string, std::string>("A=B", "c"),
                               std::pair<std::string, std::string>("", "c"),
                               std::pair<std::string, std::string>("A", nul)}) {
    request = shell("true");
    request.environment = {variable};
    EXPECT_EQ(run(request).error().code, ErrorCode::InvalidInput);
  }
}

TEST(Process, KillsTheWholeGroupOnTimeOut) {
  const test::TempDir dir;
  const auto fifo = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  // Both the child and its own child block until somebody writes; nobody does.
  ProcessRequest request = shell("cat '" + fifo.string() + "' & echo $! >'" +
                                 (dir.path() / "pid").string() + "'; cat '" + fifo.string() + "'");
  request.timeout = 300ms;
  const auto outcome = run(request);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Timeout);
  EXPECT_EQ(outcome.error().message, "sh did not end within 0.3s and was killed");
  const std::string state = "/proc/" + std::to_string(std::stoi(dir.read("pid"))) + "/stat";
  // Killed, and at most waiting for its adoptive parent to notice.
  std::string word;
  std::ifstream stat(state);
  bool alive = static_cast<bool>(stat >> word >> word >> word);
  for (int i = 0; alive && word != "Z" && word != "X" && i < 1000000; ++i) {
    std::ifstream again(state);
    alive = static_cast<bool>(again >> word >> word >> word);
  }
  EXPECT_TRUE(!alive || word == "Z" || word == "X") << word;
}

TEST(Process, DoesNotWaitForGrandchildrenThatKeepThePipes) {
  ProcessRequest request = shell("echo done; sleep 5 &");
  const auto outcome = run(request);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "done\n");
}

TEST(Process, BoundsTheOutput) {
  ProcessRequest request = shell("echo 12345");
  request.max_output = 6;
  EXPECT_EQ(run(request)->output, "12345\n");
  request.max_output = 5;
  EXPECT_EQ(run(request).error().code, ErrorCode::Io);
  request = shell("while :; do echo 12345; done");
  request.max_output = 100000;
  EXPECT_THAT(run(request).error().message, HasSubstr("more than 100000 bytes"));
}

TEST(Process, CutsTheErrorOutput) {
  ProcessRequest request = shell("echo 12345 >&2; echo ok");
  request.max_output = 4;
  EXPECT_EQ(run(request)->error_output, "1234");
}

TEST(Process, TheChildHasNoTerminalAndNoBlockedSignals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  EXPECT_EQ(run(shell("kill -TERM $$; echo survived"))->exit_code, 128 + SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(run(shell("(: </dev/tty) 2>/dev/null || echo none"))->output, "none\n");
}

TEST(Process, LeavesNoFileDescriptorsBehind) {
  const auto count = [] {
    int entries = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
      ++entries;
    }
    return entries;
  };
  const int before = count();
  EXPECT_TRUE(run(shell("true")));
  ProcessRequest request;
  request.argv = {"cfkops-surely-missing"};
  EXPECT_FALSE(run(request));
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace cfkops::base
