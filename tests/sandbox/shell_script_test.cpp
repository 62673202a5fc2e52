#include "shell_script.hpp"

#include <gtest/gtest.h>

namespace cfkops::sandbox {
namespace {

using namespace std::chrono_literals;

std::optional<ShellRun> script(const std::string& text) {
  return run_shell({"sh", "-c", text}, {.host = "web-0", .mounts = {"/data"}});
}

TEST(ShellScript, WritesBeforeItSleeps) {
  const auto run = script("echo one; sleep 5; echo 'two  words'; exit 3");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->log(1s), "one\n");
  EXPECT_EQ(run->log(5s), "one\ntwo  words\n");
  EXPECT_EQ(run->end, 5s);
  EXPECT_EQ(run->code, 3);
}

TEST(ShellScript, WaitsForEver) {
  EXPECT_GT(run_shell({"tail", "-f", "/dev/null"}, {.host = "x"})->end, 24h);
  EXPECT_GT(script("echo up; sleep infinity")->end, 24h);
}

TEST(ShellScript, EndsWithTheLastCode) {
  EXPECT_EQ(script("true; false")->code, 1);
  EXPECT_EQ(script("false; true")->code, 0);
  EXPECT_EQ(script("false; exit")->code, 1);
}

TEST(ShellScript, KeepsTheStreamsApart) {
  const auto run = script("echo wrong >&2; exit 1");
  ASSERT_TRUE(run);
  ASSERT_EQ(run->writes.size(), 1U);
  EXPECT_TRUE(run->writes.front().is_error);
  EXPECT_EQ(run->writes.front().text, "wrong\n");
}

TEST(ShellScript, SaysNothingOfWhatItDoesNotKnow) {
  for (const char* const text : {"echo $HOME",
                                 "ls",
                                 "echo a && echo b",
                                 "echo a >&2 b",
                                 "echo a >&2 >&2",
                                 ">&2",
                                 "while true; do :; done",
                                 "cat /etc/passwd",
                                 "cat /data/file",
                                 "echo 'open"}) {
    EXPECT_FALSE(script(text)) << text;
  }
}

TEST(ShellScript, FindsNoFileWhereNoneCanBe) {
  const auto run = script("cat /nosuch");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->code, 1);
  EXPECT_EQ(run->log(0s), "cat: can't open '/nosuch': No such file or directory\n");
}

TEST(ShellScript, KnowsWhatBusyboxHas) {
  EXPECT_TRUE(is_applet("ls"));
  EXPECT_TRUE(is_applet("/bin/sh"));
  EXPECT_FALSE(is_applet("java"));
  EXPECT_FALSE(is_applet("/opt/sh"));
}

}  // namespace
}  // namespace cfkops::sandbox
