#include "cfkops/engine/journal.hpp"

#include "bench.hpp"
#include "support/matchers.hpp"
#include "support/memory_file.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/engine/notices.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>

namespace cfkops::engine {
namespace {

using test::HasError;
using test::IsOk;

class JournalTest : public testing::Test {
 protected:
  static kube::Mutation eviction() {
    kube::Mutation mutation;
    mutation.verb = "evict";
    mutation.resource = kube::resources::pods();
    mutation.ns = "confluent";
    mutation.name = "kafka-2";
    mutation.subresource = "eviction";
    mutation.uid = "u-2";
    mutation.audit_id = "run/roll/1/7";
    return mutation;
  }

  std::vector<audit::LogLine> lines() const {
    auto lines = audit::read_log(disk_.content);
    EXPECT_THAT(lines, IsOk());
    return lines ? *lines : std::vector<audit::LogLine>();
  }

  test::MemoryDisk disk_;
  test::VirtualClock clock_;
  audit::Log log_{test::memory_file(disk_), "run", clock_};
  Journal journal_{log_};
};

TEST_F(JournalTest, HasTheIntentOnDiskBeforeTheMutationLeaves) {
  journal_.set_step("roll", 2);
  ASSERT_THAT(journal_.intend(eviction()), IsOk());
  EXPECT_EQ(disk_.synced, disk_.content.size());
  const audit::LogLine line = lines().front();
  EXPECT_EQ(line.phase, "intent");
  EXPECT_EQ(line.step, "roll");
  EXPECT_EQ(line.attempt, 2);
  EXPECT_EQ(line.data.int_or("/intent", 0), 1);
  EXPECT_EQ(line.data.string_or("/resource", ""), "pods");
  EXPECT_EQ(line.data.string_or("/auditId", ""), "run/roll/1/7");
}

TEST_F(JournalTest, KnowsWhichOutcomesAreNotKnown) {
  ASSERT_THAT(journal_.intend(eviction()), IsOk());
  EXPECT_EQ(journal_.unresolved(), (std::vector<std::string>{"evict pod confluent/kafka-2"}));
  kube::MutationEffect effect;
  effect.http_status = 201;
  effect.audit_ids = {"run/roll/1/7"};
  ASSERT_THAT(journal_.record(eviction(), effect), IsOk());
  EXPECT_TRUE(journal_.unresolved().empty());

  ASSERT_THAT(journal_.intend(eviction()), IsOk());
  effect.unknown = true;
  ASSERT_THAT(journal_.record(eviction(), effect), IsOk());
  EXPECT_EQ(journal_.unresolved().size(), 1U);
  EXPECT_EQ(journal_.intents(), 2U);
}

/// Lets nothing out.
class ShutGate final : public MutationGate {
 public:
  explicit ShutGate(bool lock)
      : lock_(lock) {}

  Status may_leave(const kube::Mutation& /*mutation*/) override {
    return make_error(ErrorCode::Refused, "shut");
  }

  [[nodiscard]] bool is_lock() const override { return lock_; }

 private:
  bool lock_;
};

TEST_F(JournalTest, AsksOfWhatIsSentAsideOnlyTheLocksAndThoseOnlyWhereItIsToldSo) {
  using Gates = Journal::Aside::Gates;
  const auto leaves = [this](bool lock, Gates gates) {
    ShutGate shut(lock);
    journal_.add_gate(shut);
    const Journal::Aside aside(journal_, "roll", gates);
    const bool left = journal_.intend(eviction()).has_value();
    journal_.remove_gate(shut);
    return left;
  };
  EXPECT_TRUE(leaves(false, Gates::None));
  EXPECT_TRUE(leaves(false, Gates::Locks));
  EXPECT_TRUE(leaves(true, Gates::None));
  EXPECT_FALSE(leaves(true, Gates::Locks));
  ShutGate lock(true);
  journal_.add_gate(lock);
  const Journal::Aside aside(journal_, "roll", Gates::Locks);
  EXPECT_FALSE(journal_.intend(eviction()));
  const Journal::Aside renewal(journal_, "lock");
  EXPECT_TRUE(journal_.intend(eviction())) << "one within another asks for none";
  EXPECT_EQ(journal_.intents(), 0U);
}

TEST_F(JournalTest, RefusesEveryMutationOnceItCannotWrite) {
  disk_.fail_append = 2;
  ASSERT_THAT(journal_.intend(eviction()), IsOk());
  EXPECT_THAT(journal_.record(eviction(), {}), HasError(ErrorCode::Io));
  EXPECT_TRUE(journal_.broken());
  EXPECT_THAT(journal_.intend(eviction()), HasError(ErrorCode::Io));
  EXPECT_EQ(journal_.intents(), 1U);
}

TEST_F(JournalTest, WritesAWaitWhenItsReasonChangesOnly) {
  test::MemoryObserver observer;
  Context context;
  context.observer = &observer;
  context.journal = &journal_;
  WaitState wait{.what = "broker 2",
                 .why = "14 partitions behind",
                 .details = {},
                 .estimate = {},
                 .elapsed = {}};
  for (int i = 0; i < 5; ++i) {
    context.waiting(wait);
  }
  wait.why = "3 partitions behind";
  context.waiting(wait);
  EXPECT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines().back().data.string_or("/text", ""), "broker 2: 3 partitions behind");
  EXPECT_EQ(observer.lines.size(), 6U);
}

TEST_F(JournalTest, RemembersWhatAnUndoNeedsOnDiskAndInMemory) {
  journal_.set_step("one", 1);
  ASSERT_THAT(journal_.remember_undo(Json(nlohmann::json{{"before", "1"}})), IsOk());
  EXPECT_EQ(disk_.synced, disk_.content.size());
  ASSERT_EQ(journal_.remembered().size(), 1U);
  EXPECT_EQ(journal_.remembered().front().step, "one");
  EXPECT_EQ(lines().front().data.string_or("/undo/before", ""), "1");

  disk_.fail_append = 2;
  EXPECT_THAT(journal_.remember_undo(Json()), HasError(ErrorCode::Io));
  EXPECT_EQ(journal_.remembered().size(), 1U);
}

TEST_F(JournalTest, BlotsOutSecretsWhereverTheyTurnUp) {
  journal_.conceal(Redacted("hunter22"));
  journal_.conceal(Redacted("abc"));
  kube::Mutation mutation = eviction();
  mutation.body = Json(nlohmann::json{{"data", {{"password", "aHVudGVyMjI="}}},
                                      {"note", {"is hunter22", "hunter22hunter22", "abc"}}});
  ASSERT_THAT(journal_.intend(mutation), IsOk());
  const Json body = lines().front().data.get("/body");
  EXPECT_EQ(body.string_or("/data/password", ""), "***");
  EXPECT_EQ(body.string_or("/note/0", ""), "is ***");
  EXPECT_EQ(body.string_or("/note/1", ""), "******");
  EXPECT_EQ(body.string_or("/note/2", ""), "abc") << "too short to be replaced everywhere";
}

TEST_F(JournalTest, NotesRetriesAndWarnings) {
  test::MemoryObserver observer;
  Notices notices(observer, &journal_);
  notices.on_retry("get pods: 429 Too Many Requests, again in 1.0s", std::chrono::seconds(1));
  notices.on_warning("v1beta1 is deprecated");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines().front().data.string_or("/kind", ""), "retry");
  EXPECT_EQ(lines().front().data.string_or("/text", ""),
            "get pods: 429 Too Many Requests, again in 1.0s");
  EXPECT_EQ(lines().back().data.string_or("/kind", ""), "notice");
  EXPECT_EQ(observer.lines.size(), 2U);
}

TEST_F(JournalTest, LetsNoMutationOutOnceItsFolderIsGone) {
  const test::TempDir folder;
  const auto path = folder.path() / "run" / "journal.jsonl";
  std::filesystem::create_directory(path.parent_path());
  auto file = base::create_append_file(path);
  ASSERT_THAT(file, IsOk());
  audit::Log log(*std::move(file), "run", clock_);
  Journal journal(log);
  ASSERT_THAT(journal.intend(eviction()), IsOk());
  ASSERT_THAT(journal.record(eviction(), {.http_status = 201}), IsOk());
  std::filesystem::remove_all(path.parent_path());
  EXPECT_THAT(journal.intend(eviction()), HasError(ErrorCode::Io, "deleted, moved or replaced"));
  EXPECT_TRUE(journal.broken());
  EXPECT_EQ(journal.intents(), 1U);
}

TEST(RunId, SortsByTimeAndIsUnique) {
  const auto time = base::parse_rfc3339("2026-11-23T07:25:01Z");
  ASSERT_THAT(time, IsOk());
  const std::string id = new_run_id(*time);
  EXPECT_TRUE(id.starts_with("20261123-072501-")) << id;
  EXPECT_EQ(id.size(), 20U);
  EXPECT_NE(new_run_id(*time) + new_run_id(*time), id + id);
  EXPECT_LT(id, new_run_id(*time + std::chrono::milliseconds(10)));
  EXPECT_LT(new_run_id(*time + std::chrono::milliseconds(900)),
            new_run_id(*time + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace cfkops::engine
