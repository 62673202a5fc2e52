// The commands over logs: verify, join, list and export, as a person types them.
#include "app_fixture.hpp"
#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/audit/log.hpp"
#include "cfkops/base/append_file.hpp"
#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/engine/audit_key.hpp"
#include "cfkops/engine/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace cfkops::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kRun = "20251123-072501-3f9a";

/// A finished run in the state directory: one eviction, a step, a check.
class AuditCommands : public testing::Test, protected test::AppBench {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(engine::state_directory());
    const auto key = engine::audit_key();
    ASSERT_TRUE(key);
    write_run(kRun, *key, true);
  }

  static std::filesystem::path log_of(const std::string& run) {
    return engine::state_directory() / "runs" / run / "journal.jsonl";
  }

  void write_run(const std::string& run, const base::SigningKey& key, bool finished) {
    const auto path = log_of(run);
    ASSERT_THAT(base::make_private_directory(path.parent_path()), test::IsOk());
    auto file = base::create_append_file(path);
    ASSERT_TRUE(file);
    audit::Log log(*std::move(file), run, clock);
    log.sign_with(key);
    const auto put = [&](audit::Phase phase, const std::string& step, nlohmann::json data) {
      const audit::Record record{
          .phase = phase, .step = step, .attempt = 1, .data = Json(std::move(data))};
      ASSERT_THAT(log.append(record, audit::Durable::Yes), test::IsOk());
    };
    put(audit::Phase::Start,
        "",
        {{"runbook", {{"name", "small"}, {"file", "./small.yaml"}, {"sha256", "5d41"}}},
         {"params", {{"password", "***"}}},
         {"cluster", {{"server", "https://10.0.0.1:6443"}, {"context", "prod"}}},
         {"namespace", "confluent"},
         {"actor", {{"user", "ana"}, {"osUser", "ana"}, {"host", "ops-1"}}},
         {"tool", {{"version", "0.1.0"}, {"commit", "0a16f37"}}},
         {"savedPlan",
          {{"sha256", "77aa"},
           {"created", "2025-11-23T07:00:00Z"},
           {"requester", "ana"},
           {"approvals",
            {{{"principal", "bo@example.org"},
              {"key", "SHA256:abc"},
              {"expires", "2025-11-24T07:00:00Z"},
              {"file", "plan.json.bo.approval"}}}}}}});
    put(audit::Phase::Note,
        "lock",
        {{"kind", "lock"},
         {"event", "broken"},
         {"target", "kafka confluent/kafka"},
         {"token", 5},
         {"text", "it was broken, because of \"that laptop is lost\"; it was held by run 1 cy@x"}});
    put(audit::Phase::Check,
        "",
        {{"kind", "prerequisite"},
         {"title", "=cmd|'/c calc'!A0"},
         {"verdict", "pass"},
         {"summary", "0 of 33 | fine"}});
    put(audit::Phase::Step, "roll", {{"event", "begin"}, {"title", "Roll"}, {"action", "x.y"}});
    put(audit::Phase::Intent,
        "roll",
        {{"intent", 1},
         {"verb", "evict"},
         {"resource", "pods"},
         {"subresource", "eviction"},
         {"namespace", "confluent"},
         {"name", "kafka-2"},
         {"auditId", run + "/roll/1/3"}});
    put(audit::Phase::Effect,
        "roll",
        {{"intent", 1}, {"status", 201}, {"auditIds", {run + "/roll/1/3"}}, {"unknown", false}});
    put(audit::Phase::Step, "roll", {{"event", "end"}, {"state", "done"}, {"why", ""}});
    if (finished) {
      put(audit::Phase::End,
          "",
          {{"result", "Succeeded"}, {"summary", "1 step done"}, {"left", {"look at \"it\""}}});
    }
  }

  nlohmann::json said(std::vector<std::string> words, int code = 0) {
    terminal.shown_out.clear();
    words.insert(words.end(), {"-o", "json"});
    EXPECT_EQ(run_words(words), code) << terminal.shown_err;
    return nlohmann::json::parse(terminal.shown_out);
  }

  std::string event(const std::string& id, const std::string& name) const {
    return nlohmann::json{{"kind", "Event"},
                          {"apiVersion", "audit.k8s.io/v1"},
                          {"auditID", id},
                          {"stage", "ResponseComplete"},
                          {"requestURI", "/api/v1/namespaces/confluent/pods/" + name + "/eviction"},
                          {"verb", "create"},
                          {"user", {{"username", "ana"}}},
                          {"userAgent", "cfkops/0.1.0"},
                          {"responseStatus", {{"code", 201}}},
                          {"requestReceivedTimestamp", base::format_rfc3339(clock.wall())},
                          {"objectRef",
                           {{"resource", "pods"},
                            {"namespace", "confluent"},
                            {"name", name},
                            {"subresource", "eviction"}}}}
               .dump() +
           "\n";
  }

  test::TempDir folder_;
};

TEST_F(AuditCommands, ShowSumsARunUp) {
  EXPECT_EQ(run_words({"runs", "show", "last"}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out,
              testing::AllOf(StartsWith("Run " + std::string(kRun) + "\n"),
                             HasSubstr("result     Succeeded: 1 step done"),
                             HasSubstr("by         ana (ana@ops-1)"),
                             HasSubstr("cluster    https://10.0.0.1:6443 (prod), namespace "
                                       "confluent"),
                             HasSubstr("\nSteps\n  done       roll: Roll\n"),
                             HasSubstr(", 1 change\n"),
                             HasSubstr("\nChecks\n  1 check passed\n"),
                             HasSubstr("\nLeft\n  - look at \"it\"\n"),
                             HasSubstr("cfkops runs export " + std::string(kRun))));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("{")));
}

TEST_F(AuditCommands, ShowSaysHowAnOpenRunGoesOn) {
  const auto key = engine::audit_key();
  ASSERT_TRUE(key);
  const std::string open = "20251124-072501-3f9a";
  write_run(open, *key, false);
  EXPECT_EQ(run_words({"runs", "show", open}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out,
              testing::AllOf(HasSubstr("result     open: it is going on, or was cut short"),
                             HasSubstr("\nNext\n  cfkops resume " + open)));
}

TEST_F(AuditCommands, VerifySaysWhoSignedAndThatItIsTheExpectedKey) {
  EXPECT_EQ(run_words({"audit", "verify", "last"}), 0) << terminal.shown_out;
  EXPECT_THAT(terminal.shown_out, HasSubstr(": intact: run " + std::string(kRun)));
  EXPECT_THAT(terminal.shown_out, HasSubstr("signed by " + engine::own_fingerprint()));
}

TEST_F(AuditCommands, VerifyTakesTheKeysThatItIsGivenInPlaceOfTheUsersOwn) {
  const auto other = base::generate_signing_key();
  ASSERT_TRUE(other);
  const std::string others = folder_.write("other.pub", other->public_pem).string();
  const std::string own = (engine::state_directory() / "audit-key.pem.pub").string();
  EXPECT_EQ(run_words({"audit", "verify", kRun, "--key", others}), 1);
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("signed by " + engine::own_fingerprint() + ", which is not an expected"));
  EXPECT_EQ(run_words({"audit", "verify", kRun, "--key", others, "--key", own}), 0);
  EXPECT_EQ(run_words({"audit", "verify", kRun, "--key", "missing.pub"}), 2);
  const std::string secret = (engine::state_directory() / "audit-key.pem").string();
  EXPECT_EQ(run_words({"audit", "verify", kRun, "--key", secret}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("name the public half, " + secret + ".pub"));

  write_run("20251123-072502-0000", *other, true);
  EXPECT_EQ(run_words({"audit", "verify", "20251123-072502-0000"}), 1);
  EXPECT_EQ(run_words({"audit", "verify", "20251123-072502-0000", "--key", others}), 0);
}

TEST_F(AuditCommands, WithoutAnyKeyNobodyIsTrusted) {
  std::filesystem::remove(engine::state_directory() / "audit-key.pem");
  EXPECT_EQ(run_words({"audit", "verify", kRun}), 1);
  EXPECT_THAT(terminal.shown_out, HasSubstr("not an expected key"));
}

TEST_F(AuditCommands, AnUnfinishedLogIsOpenAndNeverFine) {
  write_run("20251123-072502-0000", *engine::audit_key(), false);
  EXPECT_EQ(run_words({"audit", "verify", "20251123-072502-0000"}), 1);
  EXPECT_THAT(terminal.shown_out, HasSubstr(": open: run 20251123-072502-0000 has no end yet"));
}

TEST_F(AuditCommands, ListTellsStateAndFilters) {
  const auto other = base::generate_signing_key();
  ASSERT_TRUE(other);
  write_run("20251123-072502-0000", *engine::audit_key(), false);
  write_run("20251123-072503-0000", *other, true);
  auto runs = said({"runs", "list"}).at("runs");
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs.at(0).at("state"), "broken") << "signed by somebody else";
  EXPECT_EQ(runs.at(1).at("state"), "open");
  EXPECT_EQ(runs.at(1).at("result"), "open");
  EXPECT_EQ(runs.at(1).at("resumable"), true);
  EXPECT_EQ(runs.at(2).at("state"), "intact");
  EXPECT_EQ(runs.at(2).at("resumable"), false);
  EXPECT_EQ(said({"runs", "list", "--limit", "1"}).at("runs").size(), 1U);
  runs = said({"runs", "list", "--result", "succeeded"}).at("runs");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs.at(0).at("run"), kRun);
  EXPECT_EQ(said({"runs", "list", "--runbook", "other", "--limit", "1"}).at("runs").size(), 0U);
  EXPECT_EQ(said({"runs", "list", "--since", "1h", "--runbook", "small"}).at("runs").size(), 3U);
  EXPECT_EQ(said({"runs", "list", "--since", "2199-01-01", "--runbook", "small"}).at("runs").size(),
            0U);
  EXPECT_EQ(run_words({"runs", "list", "--since", "yesterday"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("7d"));
  EXPECT_EQ(run_words({"runs", "list", "--result", "Success"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("'Success' is nothing a run ends with"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("Succeeded, "));
}

TEST_F(AuditCommands, ExportIsARecordOfAllThatABoardAsks) {
  const auto run = said({"runs", "export", kRun});
  EXPECT_EQ(run.at("actor").at("user"), "ana");
  EXPECT_EQ(run.at("result"), "Succeeded");
  EXPECT_EQ(run.at("log").at("state"), "intact");
  EXPECT_EQ(run.at("log").at("signers").at(0), engine::own_fingerprint());
  ASSERT_EQ(run.at("changes").size(), 1U);
  EXPECT_EQ(run.at("changes").at(0).at("status"), 201);
  ASSERT_EQ(run.at("steps").size(), 1U);
  EXPECT_EQ(run.at("steps").at(0).at("state"), "done");
  EXPECT_FALSE(run.at("steps").at(0).at("ended").is_null());
  EXPECT_EQ(run.at("checks").size(), 1U);
  EXPECT_EQ(run.at("savedPlan").at("sha256"), "77aa");
  ASSERT_EQ(run.at("approvals").size(), 1U);
  EXPECT_THAT(run.at("approvals").at(0).at("text"),
              HasSubstr("bo@example.org signed the saved plan 77aa"));
  ASSERT_EQ(run.at("locks").size(), 1U);
  EXPECT_EQ(run.at("locks").at(0).at("event"), "broken");
}

TEST_F(AuditCommands, ExportAsMarkdownAndCsvLeavesNoCellOpen) {
  EXPECT_EQ(run_words({"runs", "export", kRun, "-o", "markdown"}), 0);
  EXPECT_THAT(terminal.shown_out, StartsWith("# Run " + std::string(kRun)));
  EXPECT_THAT(terminal.shown_out, HasSubstr("0 of 33 \\| fine"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("evict pods/eviction confluent/kafka-2 | done (201)"));
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("| saved plan | 77aa of 2025-11-23T07:00:00Z by ana |"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("bo@example.org signed the saved plan"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("because of \"that laptop is lost\"; it was held by"));
  terminal.shown_out.clear();
  EXPECT_EQ(run_words({"runs", "export", kRun, "-o", "csv"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("\"approval\",\"\",\"bo@example.org signed"));
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("\"lock\",\"lock\",\"kafka confluent/kafka\",\"broken\""));
  EXPECT_THAT(terminal.shown_out,
              StartsWith("\"run\",\"time\",\"kind\",\"step\",\"what\",\"result\",\"details\","));
  EXPECT_THAT(terminal.shown_out, HasSubstr("\"'=cmd|'/c calc'!A0\"")) << "no formula";
  EXPECT_THAT(terminal.shown_out, HasSubstr("\"{\"\"password\"\":\"\"***\"\"}\""));
  EXPECT_EQ(run_words({"runs", "list", "-o", "csv"}), 2);
}

TEST_F(AuditCommands, ExportOfABrokenLogEndsBeforeTheLineAndSaysSo) {
  const auto text = base::read_file(log_of(kRun));
  ASSERT_TRUE(text);
  std::string changed = *text;
  changed[changed.find("Succeeded")] = 's';
  const std::string path = folder_.write("broken.jsonl", changed).string();
  const auto run = said({"runs", "export", path}, 1);
  EXPECT_EQ(run.at("log").at("state"), "broken");
  EXPECT_TRUE(run.at("result").is_null());
  EXPECT_THAT(terminal.shown_err, HasSubstr("the log is broken at line"));
  EXPECT_EQ(run_words({"runs", "show", path}), 1);
  EXPECT_THAT(terminal.shown_err, HasSubstr("cfkops runs export " + path));
}

TEST_F(AuditCommands, JoinFindsEachChangeOnBothSidesOrListsIt) {
  const std::string ours = event(std::string(kRun) + "/roll/1/3", "kafka-2");
  const std::string cluster = folder_.write("audit.log", ours + "{\"torn").string();
  EXPECT_EQ(run_words({"audit", "join", kRun, "--cluster-log", cluster}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out, HasSubstr("1 change, 1 found as journalled"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("both sides agree"));

  const std::string more =
      folder_.write("more.log", event(std::string(kRun) + "/roll/1/9", "kafka-1")).string();
  const auto both =
      said({"audit", "join", kRun, "--cluster-log", cluster, "--cluster-log", more}, 1);
  EXPECT_EQ(both.at("agrees"), false);
  EXPECT_EQ(both.at("mutations").at(0).at("verdict"), "agrees");
  ASSERT_EQ(both.at("strangers").size(), 1U);
  EXPECT_EQ(both.at("strangers").at(0).at("request"), "create pods/eviction confluent/kafka-1");

  EXPECT_EQ(
      said({"audit", "join", kRun, "--cluster-log", more}, 1).at("mutations").at(0).at("verdict"),
      "missing");
}

TEST_F(AuditCommands, JoinRefusesABrokenLogAndWhatIsNoClusterLog) {
  const std::string none = folder_.write("none.log", "no log\n").string();
  EXPECT_EQ(run_words({"audit", "join", kRun, "--cluster-log", none}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr(none + ":1"));
  EXPECT_EQ(run_words({"audit", "join", kRun, "--cluster-log", "missing.log"}), 2);
  EXPECT_EQ(run_words({"audit", "join", kRun}), 2);

  const auto other = base::generate_signing_key();
  ASSERT_TRUE(other);
  write_run("20251123-072502-0000", *other, true);
  EXPECT_EQ(run_words({"audit", "join", "20251123-072502-0000", "--cluster-log", none}), 1);
  EXPECT_THAT(terminal.shown_err, HasSubstr("proves nothing"));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("agree")));
}

}  // namespace
}  // namespace cfkops::cli
