#include "cluster_bench.hpp"
#include "support/scripted_leases.hpp"

#include "cfkops/base/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <optional>

namespace cfkops::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// A cluster with a config map that a runbook sets to 5, and what a person types about it.
struct SavedPlanCommand : testing::Test, test::ClusterBench {
  SavedPlanCommand() {
    script = [this](test::ScriptedTransport& transport) {
      leases.emplace(transport);
      transport.on("GET", kMap).reply(200, map(value));
      transport.on("PATCH", kMap + "*").handle([this](const kube::Request& request) {
        const bool dry = request.target.find("dryRun=All") != std::string::npos;
        writes += dry ? 0 : 1;
        return test::reply(200, map("5"));
      });
    };
    std::string text = test::small_runbook("x");
    text.resize(text.find("steps:"));
    text +=
        "steps:\n  - id: set\n    do: object.patch\n    with: {kind: configmap, name: a, patch: "
        "{data: {v: \"5\"}}}\n";
    book = folder.write("x.yaml", text).string();
    plan = (folder.path() / "plan.json").string();
  }

  [[nodiscard]] json map(const std::string& v) const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata",
             {{"name", "a"},
              {"namespace", "confluent"},
              {"uid", "uid-a"},
              {"resourceVersion", version}}},
            {"data", {{"v", v}}}};
  }

  std::string new_key(const std::string& who) {
    base::SystemProcess process;
    const std::string path = (folder.path() / who).string();
    base::ProcessRequest request;
    request.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path};
    const auto made = process.run(request);
    EXPECT_TRUE(made && made->exit_code == 0) << "ssh-keygen is needed: openssh-client";
    signers += who + " " + folder.read(who + ".pub");
    return path;
  }

  int approved_run() {
    const std::string file = folder.write("signers", signers).string();
    return run_words(
        {"run", "--plan", plan, "--yes", "--require-approval", "1", "--allowed-signers", file});
  }

  const std::string kMap = "/api/v1/namespaces/confluent/configmaps/a";
  std::optional<test::ScriptedLeases> leases;
  test::TempDir folder;
  std::string book;
  std::string plan;
  std::string value = "3";
  std::string version = "7";
  std::string signers;
  int writes = 0;
};

TEST_F(SavedPlanCommand, IsSavedForItsOwnerAloneAndNotOverAnother) {
  EXPECT_EQ(run_words({"plan", book, "--out", plan}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_err, HasSubstr("next: cfkops run --plan " + plan));

  struct stat status {};

  ASSERT_EQ(stat(plan.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(run_words({"plan", book, "--out", plan}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("is there already"));
  EXPECT_EQ(run_words({"plan", book, "--out", plan, "--force"}), 0);
}

TEST_F(SavedPlanCommand, TellsByItsExitCodeWhetherChangesArePending) {
  EXPECT_EQ(run_words({"plan", book, "--detailed-exitcode"}), 3) << terminal.shown_err;
  const std::string looks = folder.write("y.yaml", test::small_runbook("y")).string();
  EXPECT_EQ(run_words({"plan", looks, "--detailed-exitcode"}), 0) << terminal.shown_err;
}

TEST_F(SavedPlanCommand, ShowsWhatHasDriftedAndWhatThePlanWouldMakeOfIt) {
  ASSERT_EQ(run_words({"plan", book, "--out", plan}), 0) << terminal.shown_err;
  value = "4";
  EXPECT_EQ(run_words({"run", "--plan", plan, "--yes"}), 6) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("configmap confluent/a /data/v: planned from \"3\", now \"4\"; the plan "
                        "would change it to \"5\""));
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("next: cfkops plan " + book + " -n confluent --out FILE"));
  EXPECT_EQ(writes, 0);
}

TEST_F(SavedPlanCommand, IsCarriedOutThoughTheObjectWasWrittenWithoutEffect) {
  ASSERT_EQ(run_words({"plan", book, "--out", plan}), 0) << terminal.shown_err;
  version = "8";
  EXPECT_EQ(run_words({"run", "--plan", plan, "--yes"}), 0)
      << terminal.shown_out << terminal.shown_err;
  EXPECT_EQ(writes, 1);
}

TEST_F(SavedPlanCommand, TakesNothingElseThanThePlan) {
  ASSERT_EQ(run_words({"plan", book, "--out", plan}), 0) << terminal.shown_err;
  EXPECT_EQ(run_words({"run", book, "--plan", plan}), 2);
  EXPECT_EQ(run_words({"run"}), 2);
  EXPECT_EQ(run_words({"run", "--plan", plan, "--param", "v=1"}), 2);
  EXPECT_EQ(run_words({"run", "--plan", plan, "--require-approval", "1"}), 2);
  EXPECT_EQ(run_words({"run", "--plan", folder.write("other", "{}").string()}), 4);
}

TEST_F(SavedPlanCommand, NeedsTheApprovalOfSomebodyElse) {
  const std::string ana = new_key("ana");
  const std::string bob = new_key("bob");
  ASSERT_EQ(run_words({"plan", book, "--out", plan}), 0) << terminal.shown_err;
  EXPECT_EQ(approved_run(), 4);
  EXPECT_EQ(run_words({"approve", plan, "--key", ana, "--yes"}), 0) << terminal.shown_err;
  EXPECT_EQ(approved_run(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("plan.json.sig-1: signed by the requester, ana"));
  EXPECT_EQ(run_words({"approve", plan, "--key", bob}), 4) << "nobody said yes";
  terminal.answer = "yes";
  EXPECT_EQ(run_words({"approve", plan, "--key", bob}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_err, HasSubstr("requested  by ana"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("patch configmap confluent/a"));
  EXPECT_EQ(writes, 0);
  EXPECT_EQ(approved_run(), 0) << terminal.shown_out << terminal.shown_err;
  EXPECT_EQ(writes, 1);
}

TEST_F(SavedPlanCommand, IsRefusedWithOneByteChanged) {
  new_key("ana");
  const std::string bob = new_key("bob");
  ASSERT_EQ(run_words({"plan", book, "--out", plan}), 0) << terminal.shown_err;
  ASSERT_EQ(run_words({"approve", plan, "--key", bob, "--yes"}), 0) << terminal.shown_err;
  std::string text = folder.read("plan.json");
  text[text.find("uid-a")] = 'v';
  folder.write("plan.json", text);
  EXPECT_EQ(approved_run(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("its content and its hash differ"));
}

}  // namespace
}  // namespace cfkops::cli
