#include "app_fixture.hpp"
#include "library.hpp"
#include "support/matchers.hpp"

#include "cfkops/base/process.hpp"
#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAreArray;

struct Completion : testing::Test, test::AppBench {
  /// What is offered for the last of the words.
  std::vector<std::string> offered(std::vector<std::string> words) {
    words.insert(words.begin(), {"__complete", "--"});
    terminal.shown_out.clear();
    EXPECT_EQ(run_words(std::move(words)), 0) << terminal.shown_err;
    std::vector<std::string> lines = base::split(terminal.shown_out, '\n');
    lines.pop_back();
    return lines;
  }

  std::string script(const std::string& shell) {
    terminal.shown_out.clear();
    EXPECT_EQ(run_words({"completion", shell}), 0);
    return terminal.shown_out;
  }
};

/// Presses TAB in bash after "cfkops run ", where `cfkops __complete` prints `lines`.
std::string tab_in_bash(const std::string& script, const std::string& lines) {
  base::SystemProcess process;
  base::ProcessRequest request;
  request.argv = {"bash", "--norc", "-c", R"SH(
    cfkops() { printf '%s' "$CANDIDATES"; }
    compopt() { echo "compopt $*"; }
    eval "$SCRIPT"
    COMP_WORDS=(cfkops run ''); COMP_CWORD=2
    _cfkops
    printf '<%s>\n' "${COMPREPLY[@]}")SH"};
  request.environment = {{"CANDIDATES", lines}, {"SCRIPT", script}};
  const auto ended = process.run(request);
  EXPECT_THAT(ended, test::IsOk());
  EXPECT_EQ(ended->error_output, "");
  return ended->output;
}

TEST_F(Completion, OffersRunbooksAndTheirParameters) {
  EXPECT_THAT(offered({"run", "brok"}), ElementsAre("broker-restart", ":files"));
  EXPECT_THAT(offered({"run", "broker-restart", "--param", "se"}), ElementsAre("settle="));
  EXPECT_THAT(offered({"run", "broker-restart", "-p", "se"}), ElementsAre("settle="));
}

TEST_F(Completion, AFlagsValueIsNoPartOfTheCommand) {
  EXPECT_THAT(offered({"-n", "confluent", "run", "brok"}), Contains("broker-restart"));
  EXPECT_THAT(offered({"-n", "run", "-"}), Not(Contains("--dry-run")));
  EXPECT_THAT(offered({"--insecure-skip-tls-verify", "run", "brok"}), Contains("broker-restart"));
  EXPECT_THAT(offered({"-n", "confluent", "run", "broker-restart", "--param", "se"}),
              ElementsAre("settle="));
  EXPECT_THAT(offered({"--namespace", "=", "confluent", "run", "--par"}), ElementsAre("--param"));
}

TEST_F(Completion, AFlagsValueIsOfferedOnlyWhatItMayBe) {
  EXPECT_THAT(offered({"run", "broker-restart", "-n", ""}), IsEmpty());
  EXPECT_THAT(offered({"list", "-o", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(offered({"list", "--output", "="}), ElementsAre("text", "json"));
  EXPECT_THAT(offered({"run", "broker-restart", "--param", "settle", "=", ""}), IsEmpty());
  EXPECT_THAT(offered({"run", "broker-restart", ""}), IsEmpty());
}

TEST_F(Completion, AParameterIsOfferedWhatItMayBe) {
  const std::vector<std::string> run = {"run", "broker-restart", "--param"};
  const auto after = [&](std::vector<std::string> words) {
    words.insert(words.begin(), run.begin(), run.end());
    return offered(std::move(words));
  };
  EXPECT_THAT(after({"roles=con"}), ElementsAre("roles=controllers"));
  EXPECT_THAT(after({"roles", "=", "con"}), ElementsAre("controllers"));
  EXPECT_THAT(after({"roles", "="}), ElementsAre("brokers", "controllers", "all"));
  EXPECT_THAT(after({"restart_all="}), ElementsAre("restart_all=true", "restart_all=false"));
  EXPECT_THAT(offered({"run", "broker-restart", "--param=roles=a"}),
              ElementsAre("--param=roles=all"));
  EXPECT_THAT(after({"no_such="}), IsEmpty());
}

TEST_F(Completion, AReferenceIsOfferedTheObjectsThereAre) {
  EXPECT_THAT(offered({"run", "broker-restart", "--sandbox", "--param", "target="}),
              ElementsAre("target=kafka/kafka"));
  EXPECT_THAT(offered({"rehearse", "broker-restart", "--param", "target", "=", "kaf"}),
              ElementsAre("kafka/kafka"));
  EXPECT_THAT(offered({"rehearse", "broker-restart", "-n", "default", "-p", "target="}), IsEmpty());
  EXPECT_THAT(offered({"run", "broker-restart", "--sandbox", "-n", "conf"}),
              ElementsAre("confluent"));
}

TEST_F(Completion, WithoutAnAnswerNothingIsOfferedAndNothingSaid) {
  EXPECT_THAT(offered({"run", "broker-restart", "-s", "https://x", "--param", "target="}),
              IsEmpty());
  EXPECT_EQ(terminal.shown_err, "");
  EXPECT_THAT(offered({"run", "broker-restart", "--request-timeout", "x", "-n", ""}), IsEmpty());
}

TEST_F(Completion, FlagsWithWordsOfTheirOwnOfferThem) {
  const test::InFreshFolder here;
  here.write("config",
             "apiVersion: v1\nkind: Config\ncontexts:\n- name: prod\n  context: {cluster: c}\n"
             "clusters:\n- name: c\n  cluster: {server: \"https://x\"}\nusers: []\n");
  EXPECT_THAT(offered({"plan", "x", "--kubeconfig", "config", "--context", ""}),
              ElementsAre("prod"));
  EXPECT_THAT(offered({"plan", "x", "--kubeconfig=config", "--cluster=c"}),
              ElementsAre("--cluster=c"));
  EXPECT_THAT(offered({"list", "--output=j"}), ElementsAre("--output=json"));
  EXPECT_THAT(offered({"rehearse", "x", "--scenario", "heal"}), ElementsAre("healthy", ":files"));
  EXPECT_THAT(offered({"run", "x", "--sandbox=heal"}), ElementsAre("--sandbox=healthy"));
  EXPECT_THAT(offered({"run", "--sandbox", "brok"}), ElementsAre("broker-restart", ":files"));
  EXPECT_THAT(offered({"rehearse", "x", "--faults", ""}), ElementsAre("all", ":files"));
  EXPECT_THAT(offered({"runs", "list", "--result", "Roll"}), ElementsAre("RolledBack"));
  EXPECT_THAT(offered({"runs", "list", "--runbook", "brok"}), ElementsAre("broker-restart"));
  EXPECT_THAT(offered({"resume", "la"}), ElementsAre("last"));
  EXPECT_THAT(offered({"rbac", "brok"}), ElementsAre("broker-restart", ":files"));
  EXPECT_THAT(offered({"approve", ""}), ElementsAre(":files"));
}

TEST_F(Completion, FilesStandWhereAFileMayBeGiven) {
  EXPECT_THAT(offered({"list", "--kubeconfig", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"lint", "broker-restart", ""}), IsSupersetOf({"broker-restart", ":files"}));
  EXPECT_THAT(offered({"audit", "verify", "no-such"}), ElementsAre(":files"));
  EXPECT_THAT(offered({"explain", "kafka.ro"}), ElementsAre("kafka.roll"));
  EXPECT_THAT(offered({"explain", "kafka.roll.se"}), ElementsAre("kafka.roll.settle"));
  EXPECT_THAT(offered({"explain", "step.attempts.ev"}), ElementsAre("step.attempts.every"));
  EXPECT_THAT(offered({"fmt", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"fmt", "--dif"}), ElementsAre("--diff"));
  EXPECT_THAT(offered({"new", "x", "--from", "broker"}), ElementsAre("broker-restart", ":files"));
  EXPECT_THAT(offered({"new", "x", "--out", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"import", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"import", "sop.md", "--dir", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"import", "sop.md", ""}), IsEmpty());
  EXPECT_THAT(offered({"test", "a.test.yaml", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"test", "-o", ""}), ElementsAre("text", "json", "junit"));
  EXPECT_THAT(offered({"import", "--s"}), Contains("--section"));
}

TEST_F(Completion, AFileNameThatAShellWouldRunIsNotOffered) {
  const test::InFreshFolder here;
  for (const char* name : {"$(touch owned)", "`touch owned`", "a b", "A", "x;y"}) {
    here.write(std::string("runbooks/") + name + ".yaml", test::small_runbook("x"));
  }
  here.write("runbooks/good-one2.yaml", test::small_runbook("good-one2"));
  std::vector<std::string> expected = {"good-one2", ":files"};
  for (const BuiltinRunbook& one : builtin_runbooks()) {
    expected.emplace_back(one.name);
  }
  EXPECT_THAT(offered({"run", ""}), UnorderedElementsAreArray(expected));
  terminal.shown_out.clear();
  EXPECT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("good-one2"));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("touch")));
}

TEST_F(Completion, BashRunsNothingOfWhatIsOffered) {
  const test::InFreshFolder here;
  const std::string evil = "$(touch owned)`touch owned`";
  EXPECT_EQ(tab_in_bash(script("bash"), evil + "\ngood\n"), "<" + evil + ">\n<good>\n");
  EXPECT_FALSE(std::filesystem::exists(here.path() / "owned"));
}

TEST_F(Completion, BashLeavesNoSpaceAfterAnEqualsSignAndCompletesFilesOnlyWhereTheyMayStand) {
  EXPECT_EQ(tab_in_bash(script("bash"), "settle=\n"), "compopt -o nospace\n<settle=>\n");
  EXPECT_EQ(tab_in_bash(script("bash"), "a\n:files\n"), "compopt -o default\n<a>\n");
}

TEST_F(Completion, EveryShellHasItsScript) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(script(shell), HasSubstr("cfkops __complete"));
    EXPECT_THAT(script(shell), HasSubstr(":files"));
  }
}

}  // namespace
}  // namespace cfkops::cli
