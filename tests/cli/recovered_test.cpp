// Runs that broke off, as a person takes them up again: on the same state directory, by another
// process.
#include "recovered.hpp"

#include "cluster_bench.hpp"
#include "run_store.hpp"
#include "support/matchers.hpp"
#include "support/scripted_leases.hpp"

#include "cfkops/audit/key.hpp"
#include "cfkops/audit/log.hpp"
#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/engine/audit_key.hpp"
#include "cfkops/engine/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <stdexcept>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* kSteps = R"(params:
  word: {type: string, default: "5"}
steps:
  - id: one
    do: object.patch
    with: {kind: configmap, name: a, patch: {data: {v: "${params.word}"}}}
  - id: two
    do: object.patch
    with: {kind: configmap, name: b, patch: {data: {v: "6"}}}
)";

/// What happens to the process at its next change.
enum class Fortune { Lives, DiesBefore, DiesAfter, IsStopped };

/// Two config maps, and a runbook that changes one after the other.
struct RecoveredCommand : testing::Test, test::ClusterBench {
  void SetUp() override {
    fs::remove_all(engine::state_directory());
    script = [this](test::ScriptedTransport& transport) {
      leases.emplace(transport);
      for (const char* name : {"a", "b"}) {
        const std::string path = std::string("/api/v1/namespaces/confluent/configmaps/") + name;
        transport.on("GET", path).handle([this, name](const kube::Request& /*request*/) {
          return test::reply(200, map(name));
        });
        transport.on("PATCH", path + "*").handle([this, name](const kube::Request& request) {
          return patch(name, request);
        });
      }
    };
    std::string text = test::small_runbook("x");
    text.resize(text.find("steps:"));
    book = folder.write("x.yaml", text + kSteps).string();
  }

  [[nodiscard]] json map(const std::string& name) const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata",
             {{"name", name},
              {"namespace", "confluent"},
              {"uid", "uid-" + name},
              {"resourceVersion", versions.at(name)}}},
            {"data", {{"v", values.at(name)}}}};
  }

  test::Answer patch(const std::string& name, const kube::Request& request) {
    const std::string value = json::parse(request.body).at("data").at("v");
    if (request.target.find("dryRun=All") != std::string::npos) {
      json after = map(name);
      after["data"]["v"] = value;
      return test::reply(200, after);
    }
    const Fortune now = std::exchange(fortune, Fortune::Lives);
    if (now == Fortune::DiesBefore) {
      throw std::runtime_error("the process dies");
    }
    values[name] = value;
    versions[name] += "1";
    ++writes;
    if (now == Fortune::DiesAfter) {
      throw std::runtime_error("the process dies");
    }
    if (now == Fortune::IsStopped) {
      cancel->request(2);
    }
    return test::reply(200, map(name));
  }

  /// A run's folder with a log of these records, none of them signed.
  static void unsigned_log(const std::vector<audit::Phase>& phases) {
    constexpr const char* kRun = "20251123-072501-3f9a";
    ASSERT_THAT(base::make_private_directory(run_folder(kRun)), test::IsOk());
    auto file = base::create_append_file(run_folder(kRun) / kJournalFile);
    ASSERT_TRUE(file);
    const test::VirtualClock clock;
    audit::Log log(*std::move(file), kRun, clock);
    for (const audit::Phase phase : phases) {
      ASSERT_THAT(
          log.append({.phase = phase, .step = "", .attempt = 0, .data = {}}, audit::Durable::Yes),
          test::IsOk());
    }
  }

  /// Begins the run, which breaks off.
  void break_off(Fortune how, std::vector<std::string> words = {}) {
    fortune = how;
    words.insert(words.begin(), {"run", "--yes"});
    if (words.size() == 2) {
      words.push_back(book);
    }
    EXPECT_EQ(run_words(words), how == Fortune::IsStopped ? 130 : 10) << terminal.shown_err;
    cancel.emplace();
    terminal.shown_out.clear();
    terminal.shown_err.clear();
  }

  int resume(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"resume", "last", "--yes"});
    return run_words(words);
  }

  static fs::path in_run(const std::string& file) { return run_folder(run_ids().front()) / file; }

  static std::string text_of(const std::string& file) {
    return base::read_file(in_run(file)).value_or("");
  }

  static void write(const std::string& file, const std::string& text) {
    ASSERT_THAT(base::write_private_file(in_run(file), text), test::IsOk());
  }

  /// From now on the user has another key, as on another machine.
  static std::string change_key() {
    const auto key = base::generate_signing_key();
    EXPECT_TRUE(key);
    const fs::path file = engine::state_directory() / "audit-key.pem";
    EXPECT_TRUE(base::write_private_file(file, key->private_pem.reveal()));
    fs::remove(file.string() + ".pub");
    return engine::own_fingerprint();
  }

  json last_of(const std::string& phase) const {
    json found;
    const auto lines = audit::read_log(text_of(kJournalFile));
    EXPECT_TRUE(lines);
    for (const audit::LogLine& line : *lines) {
      found = line.phase == phase ? line.data.raw() : found;
    }
    return found;
  }

  std::optional<test::ScriptedLeases> leases;
  test::TempDir folder;
  std::string book;
  std::map<std::string, std::string> values = {{"a", "3"}, {"b", "3"}};
  std::map<std::string, std::string> versions = {{"a", "1"}, {"b", "1"}};
  Fortune fortune = Fortune::Lives;
  int writes = 0;
};

TEST_F(RecoveredCommand, GoesOnInTheSameLogWhereverItDied) {
  for (const Fortune how : {Fortune::DiesBefore, Fortune::DiesAfter}) {
    SetUp();
    values = {{"a", "3"}, {"b", "3"}};
    break_off(how);
    EXPECT_EQ(resume(), 0) << terminal.shown_out << terminal.shown_err;
    EXPECT_EQ(values.at("a"), "5");
    EXPECT_EQ(values.at("b"), "6");
    EXPECT_EQ(last_of("resume").at("signedBefore"), json::array({engine::own_fingerprint()}));
    EXPECT_EQ(last_of("resume").at("head"), kHeadFile);
    EXPECT_EQ(run_words({"audit", "verify", "last"}), 0) << terminal.shown_out;
  }
}

TEST_F(RecoveredCommand, KeepsTheParametersThatItBeganWith) {
  break_off(Fortune::DiesBefore, {book, "--param", "word=7"});
  EXPECT_EQ(resume({"--param", "word=8"}), 4);
  EXPECT_THAT(terminal.shown_out, HasSubstr("word: \"7\" before, \"8\" now"));
  EXPECT_EQ(resume(), 0) << terminal.shown_err;
  EXPECT_EQ(values.at("a"), "7");
}

TEST_F(RecoveredCommand, RefusesALogThatAnotherKeyHasSigned) {
  break_off(Fortune::DiesBefore);
  const std::string theirs = engine::own_fingerprint();
  const std::string before = text_of(kJournalFile);
  const std::string mine = change_key();
  for (const char* command : {"resume", "rollback"}) {
    terminal.shown_err.clear();
    EXPECT_EQ(run_words({command, "last", "--yes"}), 4);
    EXPECT_THAT(terminal.shown_err, HasSubstr("is signed by " + theirs + "; your key is " + mine));
    EXPECT_THAT(terminal.shown_err, HasSubstr("add --take-over REASON"));
  }
  EXPECT_EQ(text_of(kJournalFile), before) << "nothing is written";
  EXPECT_EQ(writes, 0);
}

TEST_F(RecoveredCommand, TakesItOverForAReasonAndWritesDownWhoSignedBefore) {
  break_off(Fortune::DiesBefore);
  const std::string theirs = engine::own_fingerprint();
  const auto key = engine::audit_public_key();
  ASSERT_TRUE(key);
  const std::string their_key = folder.write("theirs.pub", *key).string();
  change_key();
  EXPECT_EQ(resume({"--take-over", "her laptop is broken"}), 0) << terminal.shown_err;
  EXPECT_EQ(last_of("resume").at("signedBefore"), json::array({theirs}));
  EXPECT_EQ(last_of("resume").at("takeOver"), "her laptop is broken");
  const std::string mine = (engine::state_directory() / "audit-key.pem.pub").string();
  EXPECT_EQ(run_words({"audit", "verify", "last"}), 1);
  EXPECT_EQ(run_words({"audit", "verify", "last", "--key", mine, "--key", their_key}), 0)
      << terminal.shown_out;
}

TEST_F(RecoveredCommand, GoesOnWithoutAnotherReasonOnceItIsItsOwn) {
  break_off(Fortune::DiesBefore);
  change_key();
  fortune = Fortune::DiesBefore;
  EXPECT_EQ(resume({"--take-over", "her laptop is broken"}), 10);
  EXPECT_EQ(resume(), 0) << terminal.shown_err << "the last signature is the user's own";
}

TEST_F(RecoveredCommand, LeavesTheLogAsItIsWhereItIsRefusedAfterAll) {
  break_off(Fortune::DiesBefore);
  const std::string log = text_of(kJournalFile);
  const std::string head = text_of(kHeadFile);
  change_key();
  EXPECT_EQ(resume({"--take-over", "her laptop is broken", "--param", "word=8"}), 4);
  EXPECT_EQ(text_of(kJournalFile), log);
  EXPECT_EQ(text_of(kHeadFile), head) << "not signed by somebody who did nothing";
}

TEST_F(RecoveredCommand, RefusesALogThatNobodyHasSigned) {
  unsigned_log({audit::Phase::Start, audit::Phase::Note});
  EXPECT_EQ(resume({"--take-over", "why not"}), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("broken at line 2: a checkpoint is due here"));
}

TEST_F(RecoveredCommand, KilledBetweenItsStartAndTheSignatureARunHasDoneNothing) {
  unsigned_log({audit::Phase::Start});
  EXPECT_EQ(resume(), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("is not signed"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("nothing was done yet: begin a new run"));
}

TEST_F(RecoveredCommand, ALogCutBackToAnEarlierEndIsFoundByItsHead) {
  break_off(Fortune::IsStopped);
  const std::string then = text_of(kJournalFile);
  EXPECT_EQ(resume(), 0) << terminal.shown_err;
  write(kJournalFile, then);
  terminal.shown_out.clear();
  EXPECT_EQ(run_words({"audit", "verify", "last"}), 1);
  EXPECT_THAT(terminal.shown_out, HasSubstr("broken: lines are missing at its end"));
  terminal.shown_err.clear();
  EXPECT_EQ(resume(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("lines are missing at its end"));
  fs::remove(in_run(kHeadFile));
  EXPECT_EQ(run_words({"audit", "verify", "last"}), 1);
  EXPECT_THAT(terminal.shown_out, HasSubstr("its head is missing"));
}

TEST_F(RecoveredCommand, KeepsATornLastLineAside) {
  break_off(Fortune::DiesBefore);
  write(kJournalFile, text_of(kJournalFile) + "{\"attempt\":1,");
  EXPECT_EQ(resume(), 0) << terminal.shown_err;
  EXPECT_EQ(text_of("journal.torn-1"), "{\"attempt\":1,");
  EXPECT_EQ(run_words({"audit", "verify", "last"}), 0) << terminal.shown_out;
}

TEST_F(RecoveredCommand, IsRefusedWhileAnotherProcessHasTheLog) {
  break_off(Fortune::DiesBefore);
  const auto theirs = base::open_append_file(in_run(kJournalFile));
  ASSERT_TRUE(theirs);
  EXPECT_EQ(resume(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("take up run 'last'"));
}

TEST_F(RecoveredCommand, ShowsHowTheRunbookHasChangedAndTakesBackByTheOldOne) {
  break_off(Fortune::IsStopped);
  const std::string text = folder.read("x.yaml");
  std::string other = text;
  other.replace(other.find("\"6\""), 3, "\"8\"");
  folder.write("x.yaml", other);
  EXPECT_EQ(resume(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("has changed since the run began"));
  EXPECT_THAT(terminal.shown_err, ContainsRegex("\\* -[^\n]*v: \"6\""));
  EXPECT_THAT(terminal.shown_err, ContainsRegex("\\* \\+[^\n]*v: \"8\""));
  EXPECT_EQ(run_words({"rollback", "last", "--yes"}), 0) << terminal.shown_out;
  EXPECT_EQ(values.at("a"), "3");
}

TEST_F(RecoveredCommand, OfALongDifferenceTwentyLinesAreShownAndHowManyMoreThereAre) {
  break_off(Fortune::IsStopped);
  std::string lines;
  for (int i = 0; i < 30; ++i) {
    lines += "# " + std::to_string(i) + "\n";
  }
  folder.write("x.yaml", lines + folder.read("x.yaml"));
  EXPECT_EQ(resume(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("+# 16\n"));
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("+# 17\n")));
  EXPECT_THAT(terminal.shown_err, HasSubstr("and 16 more"));
}

TEST_F(RecoveredCommand, RefusesACopyOfTheRunbookThatIsNotTheOneItBeganWith) {
  break_off(Fortune::DiesBefore);
  write(kRunbookFile, text_of(kRunbookFile) + "# more\n");
  EXPECT_EQ(resume(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("is not the runbook that the run began with"));
}

/// The same with a plan that was saved before.
struct RecoveredSavedPlan : RecoveredCommand {
  void SetUp() override {
    RecoveredCommand::SetUp();
    plan = (folder.path() / "plan.json").string();
    ASSERT_EQ(run_words({"plan", book, "--out", plan}), 0) << terminal.shown_err;
    break_off(Fortune::IsStopped, {"--plan", plan});
    ASSERT_EQ(values.at("a"), "5");
  }

  std::string plan;
};

TEST_F(RecoveredSavedPlan, GoesOnWithWhatIsLeftOfIt) {
  fs::remove(plan);  // its own copy counts
  EXPECT_EQ(resume(), 0) << terminal.shown_out << terminal.shown_err;
  EXPECT_EQ(values.at("b"), "6");
}

TEST_F(RecoveredSavedPlan, RefusesWhatHasDriftedBesidesItsOwnChanges) {
  values["b"] = "4";
  EXPECT_EQ(resume(), 6) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("configmap confluent/b /data/v: planned from \"3\", now \"4\"; the plan "
                        "would change it to \"6\""));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("confluent/a /data/v")));
  EXPECT_THAT(terminal.shown_out, HasSubstr("nothing more was changed"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("next: cfkops resume " + run_ids().front()));
  EXPECT_EQ(writes, 1);
  values["b"] = "3";
  EXPECT_EQ(resume(), 0) << terminal.shown_out << terminal.shown_err;
}

TEST_F(RecoveredSavedPlan, CanBeTakenBackThoughSomethingHasDrifted) {
  values["b"] = "4";
  EXPECT_EQ(run_words({"rollback", "last", "--yes"}), 0) << terminal.shown_out;
  EXPECT_EQ(values.at("a"), "3");
}

TEST_F(RecoveredSavedPlan, RefusesAnotherPlanInItsPlace) {
  const std::string kept = text_of(kPlanFile);
  ASSERT_FALSE(kept.empty());
  write(kPlanFile, kept + " ");
  EXPECT_EQ(resume(), 4);
  EXPECT_THAT(terminal.shown_err, HasSubstr("is not the plan that the run began with"));
  fs::remove(in_run(kPlanFile));
  EXPECT_NE(resume(), 0);
  EXPECT_THAT(terminal.shown_err, HasSubstr("no copy of its plan"));
  EXPECT_EQ(writes, 1);
}

TakenRun taken_run(const std::string& line) {
  TakenRun taken;
  taken.run_id = "20260102-030405-beef";
  taken.run.command_line = line;
  taken.run.ns = "confluent";
  taken.run.params = {{"settle", "30s"}, {"password", "***"}};
  return taken;
}

TEST(ArgumentsOfARun, AreThoseThatItBeganWithAndWhatIsGivenNow) {
  Arguments given;
  given.params = {"password=env:PW"};
  given.global.config.context = "other";
  given.yes = true;
  given.take_over = "why";
  const auto all = arguments_of(
      taken_run(R"('my book.yaml' --context prod --server https://a:6443 --param settle=30s)"),
      given);
  ASSERT_THAT(all, test::IsOk());
  EXPECT_THAT(all->names, ElementsAre("my book.yaml"));
  EXPECT_THAT(all->params, UnorderedElementsAre("settle=30s", "password=env:PW"));
  EXPECT_EQ(all->global.config.context, "other") << "given now";
  EXPECT_EQ(all->global.config.server, "https://a:6443") << "as then";
  EXPECT_EQ(all->global.config.ns, "confluent");
  EXPECT_TRUE(all->yes);
  EXPECT_EQ(all->take_over, "why");
}

TEST(ArgumentsOfARun, LeaveOutASecretThatIsNotGivenAgain) {
  const auto all = arguments_of(taken_run("book --param password=***"), {});
  ASSERT_THAT(all, test::IsOk());
  EXPECT_THAT(all->params, ElementsAre("settle=30s"));
}

TEST(ArgumentsOfARun, SayWhichLineIsNotUnderstood) {
  EXPECT_THAT(arguments_of(taken_run("book --no-such-flag"), {}),
              test::HasError(ErrorCode::InvalidInput, "book --no-such-flag"));
}

}  // namespace
}  // namespace cfkops::cli
