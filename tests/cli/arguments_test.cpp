#include "arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

ParsedArguments parse(std::vector<std::string> words) {
  return parse_arguments(words);
}

TEST(Arguments, GlobalFlagsStandBeforeOrAfterTheCommand) {
  for (const auto& words : {std::vector<std::string>{"run", "broker-restart", "-n", "confluent"},
                            std::vector<std::string>{"-n", "confluent", "run", "broker-restart"}}) {
    const ParsedArguments parsed = parse(words);
    ASSERT_TRUE(parsed.arguments) << parsed.err;
    EXPECT_EQ(parsed.arguments->command, "run");
    EXPECT_EQ(parsed.arguments->global.config.ns, "confluent");
    EXPECT_THAT(parsed.arguments->names, ElementsAre("broker-restart"));
  }
}

TEST(Arguments, EveryParamIsKeptAsTyped) {
  const ParsedArguments parsed =
      parse({"run", "x", "--param", "a=1", "-p", "b=two words", "--param", "c=--yes", "--yes"});
  ASSERT_TRUE(parsed.arguments) << parsed.err;
  EXPECT_THAT(parsed.arguments->params, ElementsAre("a=1", "b=two words", "c=--yes"));
  EXPECT_TRUE(parsed.arguments->yes);
}

TEST(Arguments, NestedCommandsHaveTheirPathAsName) {
  EXPECT_EQ(parse({"audit", "verify", "last"}).arguments->command, "audit verify");
  EXPECT_EQ(parse({"runs", "list"}).arguments->command, "runs list");
}

TEST(Arguments, ARehearsalHasItsOwnFlags) {
  const ParsedArguments parsed = parse({"rehearse",
                                        "x",
                                        "--faults",
                                        "all",
                                        "--seed",
                                        "7",
                                        "-o",
                                        "markdown",
                                        "--scenario",
                                        "healthy"});
  ASSERT_TRUE(parsed.arguments) << parsed.err;
  EXPECT_EQ(parsed.arguments->faults, "all");
  EXPECT_EQ(parsed.arguments->points, 200U);
  EXPECT_EQ(parsed.arguments->seed, 7U);
  EXPECT_EQ(parsed.arguments->global.output, Output::Markdown);
  EXPECT_EQ(parse({"rehearse", "x", "--scenario", "a", "--snapshot", "b"}).exit_code, 2);
  EXPECT_EQ(parse({"rehearse", "x", "--points", "0"}).exit_code, 2);
  for (const char* seed : {"-1", "1.5", "x", "99999999999999999999"}) {
    const ParsedArguments wrong = parse({"rehearse", "x", "--seed", seed});
    EXPECT_EQ(wrong.exit_code, 2) << seed;
    EXPECT_THAT(wrong.err, HasSubstr("is no seed: take a whole number from 0"));
  }
}

TEST(Arguments, FormsOfOutputAreOfSomeCommandsAlone) {
  const ParsedArguments parsed = parse({"list", "-o", "markdown"});
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_THAT(parsed.err, HasSubstr("list has no such form; take text and json"));
  EXPECT_EQ(parse({"rehearse", "x", "-o", "csv"}).exit_code, 2);
  EXPECT_EQ(parse({"runs", "export", "x", "-o", "csv"}).exit_code, 0);
}

TEST(Arguments, AMisspeltCommandIsAnsweredWithTheNearest) {
  const ParsedArguments parsed = parse({"rnu", "broker-restart"});
  EXPECT_FALSE(parsed.arguments);
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_THAT(parsed.err, HasSubstr("there is no command 'rnu'"));
  EXPECT_THAT(parsed.err, HasSubstr("did you mean 'run'"));
}

TEST(Arguments, AMisspeltFlagIsAnsweredWithTheNearest) {
  const ParsedArguments parsed = parse({"run", "broker-restart", "--parm", "a=1"});
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_THAT(parsed.err, HasSubstr("did you mean '--param'"));
}

TEST(Arguments, AMissingRunbookIsAUsageError) {
  const ParsedArguments parsed = parse({"plan"});
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_THAT(parsed.err, HasSubstr("runbook"));
}

TEST(Arguments, HelpIsTheProductAndNoError) {
  const ParsedArguments parsed = parse({"run", "--help"});
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_THAT(parsed.out, HasSubstr("--dry-run"));
  EXPECT_EQ(parsed.err, "");
}

TEST(Arguments, ABareRequestTimeoutIsSecondsAsInKubectl) {
  EXPECT_EQ(parse({"list", "--request-timeout", "5"}).arguments->global.request_timeout,
            std::chrono::seconds(5));
  EXPECT_EQ(parse({"list", "--request-timeout", "250ms"}).arguments->global.request_timeout,
            std::chrono::milliseconds(250));
  EXPECT_EQ(parse({"list", "--request-timeout", "soon"}).exit_code, 2);
}

TEST(Arguments, AnUnknownOutputFormatIsRefused) {
  EXPECT_EQ(parse({"list", "-o", "xml"}).exit_code, 2);
}

TEST(Arguments, CompletionKnowsCommandsAndFlagsButNotItsOwnHelper) {
  const std::vector<std::string> none;
  EXPECT_THAT(command_names(none), Contains("run"));
  EXPECT_THAT(command_names(none), testing::Not(Contains("__complete")));
  EXPECT_THAT(command_names(std::vector<std::string>{"audit"}), ElementsAre("verify", "join"));
  EXPECT_THAT(flag_names(std::vector<std::string>{"run"}), Contains("--param"));
  EXPECT_THAT(flag_names(std::vector<std::string>{"run"}), Contains("--namespace"));
}

}  // namespace
}  // namespace cfkops::cli
