#include "request.hpp"

#include "app_fixture.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Arguments parsed(std::vector<std::string> words) {
  const ParsedArguments parsed = parse_arguments(words);
  EXPECT_TRUE(parsed.arguments) << parsed.err;
  return parsed.arguments.value_or(Arguments());
}

TEST(CommandLine, RepeatsEveryFlagThatSaysWhichClusterAndAsWhom) {
  const std::vector<std::string> given = {"./my book.yaml",
                                          "--kubeconfig",
                                          "/k",
                                          "--context",
                                          "c",
                                          "--cluster",
                                          "cl",
                                          "--user",
                                          "u",
                                          "-n",
                                          "ns",
                                          "--server",
                                          "https://b",
                                          "--tls-server-name",
                                          "t",
                                          "--insecure-skip-tls-verify",
                                          "--certificate-authority",
                                          "ca",
                                          "--client-certificate",
                                          "cc",
                                          "--client-key",
                                          "ck",
                                          "--username",
                                          "un",
                                          "--as",
                                          "alice",
                                          "--as-uid",
                                          "7",
                                          "--as-group",
                                          "g1",
                                          "--as-group",
                                          "g 2",
                                          "--disable-compression",
                                          "--request-timeout",
                                          "1m30s",
                                          "--param",
                                          "a=1"};
  std::vector<std::string> words = given;
  words.insert(words.begin(), "plan");
  const std::string text = command_line(parsed(words));
  for (const std::string& word : given) {
    EXPECT_THAT(text, HasSubstr(word));
  }
  EXPECT_THAT(text, testing::StartsWith("'./my book.yaml' "));
  EXPECT_THAT(text, HasSubstr("--as-group 'g 2'"));
}

TEST(CommandLine, NeverHasASecret) {
  const std::string text =
      command_line(parsed({"plan", "x", "--token", "hunter2", "--password", "hunter3"}));
  EXPECT_EQ(text, "x");
}

TEST(CommandLine, LeavesOutWhatWasNotGiven) {
  EXPECT_EQ(command_line(parsed({"run", "broker-restart", "--yes"})), "broker-restart");
}

TEST(Request, AParameterWithoutEqualsIsAnsweredWithTheWordThatWasTyped) {
  runbook::Runbook book;
  book.name = "another-name";
  const test::VirtualClock clock;
  EXPECT_THAT(make_request(parsed({"run", "./it.yaml", "-p", "settle"}), book, clock),
              test::HasError(ErrorCode::InvalidInput, "cfkops show ./it.yaml"));
  const auto request = make_request(parsed({"run", "./it.yaml"}), book, clock);
  ASSERT_THAT(request, test::IsOk());
  EXPECT_EQ(request->runbook_word, "./it.yaml");
}

struct NextCommand : testing::Test, test::AppBench {};

TEST_F(NextCommand, OfShowNamesTheFileThatWasTypedAndItsCluster) {
  const test::InFreshFolder here;
  here.write("it.yaml", test::small_runbook("another-name"));
  EXPECT_EQ(run_words({"show", "./it.yaml", "-s", "https://b"}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("Next: cfkops plan ./it.yaml --server https://b -n NAMESPACE\n"));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("plan another-name")));
}

}  // namespace
}  // namespace cfkops::cli
