#include "action_fixture.hpp"
#include "kinds.hpp"
#include "objects.hpp"
#include "support/pod_with_log.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/logs/collect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using testing::HasSubstr;

struct LogsCollect : testing::Test, test::ActionBench {
  LogsCollect() { test::serve_pod_with_log(transport, "2026-01-02T03:00:01Z password=hunter2\n"); }

  Outcome collect() {
    return apply(logs_collect(), {{"to", archive}, {"context", false}, {"previous", true}});
  }

  test::TempDir folder;
  std::string archive = (folder.path() / "x.tar.zst").string();
};

TEST_F(LogsCollect, WritesAnArchiveAndTellsWhatIsInIt) {
  const Outcome outcome = collect();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(outcome.outputs.at("logs"), runbook::Value(std::int64_t{1}));
  EXPECT_EQ(outcome.outputs.at("complete"), runbook::Value(std::int64_t{1}));
  EXPECT_EQ(outcome.outputs.at("redacted"), runbook::Value(std::int64_t{1}));
  EXPECT_TRUE(logs::verify_archive(archive).has_value());
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(LogsCollect, DoesNotReplaceAnArchive) {
  test::write_file(archive, "mine");
  const Outcome outcome = collect();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_EQ(test::read_file(archive), "mine");
}

TEST_F(LogsCollect, GapsAreOutputs) {
  transport.on("GET", test::kLogOfPod).refuse(403, "Forbidden", "not yours");
  const Outcome outcome = collect();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(outcome.outputs.at("complete"), runbook::Value(std::int64_t{0}));
  EXPECT_THAT(outcome.outputs.at("missing").to_json().dump(), HasSubstr("not yours"));
}

}  // namespace
}  // namespace cfkops::actions
