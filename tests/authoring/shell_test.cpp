#include "shell.hpp"

#include "plain_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::authoring {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string blank(const std::string& name) {
  return std::string(kBlankBegin) + name + std::string(kBlankEnd);
}

std::vector<std::string> words_of(const std::string& line) {
  const std::vector<Command> commands = read_commands(line, 1);
  return commands.size() == 1 ? commands[0].words : std::vector<std::string>{"not one command"};
}

std::string problem_of(const std::string& line) {
  const std::vector<Command> commands = read_commands(line, 1);
  return commands.size() == 1 ? commands[0].problem : "not one command";
}

TEST(ReadCommands, ResolvesQuotesAndBackslashes) {
  EXPECT_THAT(words_of(R"(kubectl annotate pod a 'b c'"d e" f\ g "h\"i" '')"),
              ElementsAre("kubectl", "annotate", "pod", "a", "b cd e", "f g", "h\"i", ""));
}

TEST(ReadCommands, TakesThePromptAndCommentsAway) {
  EXPECT_THAT(words_of("$> kubectl get nodes # all of them"),
              ElementsAre("kubectl", "get", "nodes"));
  EXPECT_THAT(words_of("# first\n$ kubectl get nodes"), ElementsAre("kubectl", "get", "nodes"));
}

TEST(ReadCommands, JoinsContinuedLines) {
  EXPECT_THAT(words_of("kubectl get \\\n   pods \\\n   -A"),
              ElementsAre("kubectl", "get", "pods", "-A"));
}

TEST(ReadCommands, CutsAtAndAnd) {
  const std::vector<Command> commands = read_commands("kubectl cordon a && kubectl drain 'b c'", 7);
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_THAT(commands[0].words, ElementsAre("kubectl", "cordon", "a"));
  EXPECT_THAT(commands[1].words, ElementsAre("kubectl", "drain", "b c"));
  EXPECT_EQ(commands[1].line, 7);
}

TEST(ReadCommands, PlacesToFillAreOnePieceAlsoWithSpaces) {
  EXPECT_THAT(words_of("kubectl get <CR kind> x-<name>/y ${NODE} \"$A-b\""),
              ElementsAre("kubectl",
                          "get",
                          blank("CR kind"),
                          "x-" + blank("name") + "/y",
                          blank("$NODE"),
                          blank("$A") + "-b"));
  EXPECT_THAT(words_of("kubectl get '$A'"), ElementsAre("kubectl", "get", "$A"));
}

TEST(ReadCommands, SaysWhatItDoesNotUnderstand) {
  EXPECT_EQ(problem_of("kubectl get pods | grep x"), "a pipe");
  EXPECT_EQ(problem_of("kubectl get pods > out"), "a redirection");
  EXPECT_EQ(problem_of("kubectl get pods; kubectl get nodes"), "several commands");
  EXPECT_EQ(problem_of("kubectl get $(which pods)"), "an expansion of the shell");
  EXPECT_EQ(problem_of("kubectl get ${X:-y}"), "an expansion of the shell");
  EXPECT_EQ(problem_of("kubectl get `x`"), "a command within the command");
  EXPECT_EQ(problem_of("kubectl get 'x"), "a quote without an end");
  EXPECT_EQ(problem_of("kubectl get \"x"), "a quote without an end");
  EXPECT_EQ(problem_of("kubectl get x &"), "a background job");
  EXPECT_EQ(problem_of("kubectl get x &&"), "an end without a command");
  EXPECT_EQ(problem_of("tar -c *.log"), "a pattern of file names");
  EXPECT_EQ(problem_of("kubectl apply -f - <<EOF\nkind: x\nEOF"), "a here-document");
}

TEST(ReadCommands, AHereDocumentIsOneCommandWithItsLines) {
  const std::vector<Command> commands =
      read_commands("kubectl apply -f - <<'EOF'\nkind: x\nEOF\nkubectl get x", 3);
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[1].line, 6);
}

TEST(ReadCommands, ABlockWithOtherLinesHasNone) {
  EXPECT_THAT(read_commands("kind: Kafka\nspec: {}\n", 1), IsEmpty());
  EXPECT_THAT(read_commands("kubectl get x\nNAME READY\n", 1), IsEmpty());
}

TEST(IsCommand, TellsProseFromCommands) {
  EXPECT_TRUE(is_command("kubectl get pods"));
  EXPECT_TRUE(is_command("./bin/kafka-features upgrade"));
  EXPECT_FALSE(is_command("kubectl"));
  EXPECT_FALSE(is_command("kubectl access to the cluster"));
  EXPECT_FALSE(is_command("watch the pods"));
  EXPECT_FALSE(is_command("platform.confluent.io/x=true y"));
}

TEST(MarkBlanks, LeavesOtherBracketsAlone) {
  EXPECT_EQ(mark_blanks("<node-name> <br> < x > <https://a> <1>"),
            blank("node-name") + " <br> < x > <https://a> <1>");
}

}  // namespace
}  // namespace cfkops::authoring
