#include "cluster_bench.hpp"
#include "support/pod_with_log.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace cfkops::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// A cluster with one pod, whose container began at 03:00:00.
class LogsCommand : public testing::Test {
 protected:
  LogsCommand() {
    bench.script = [this](test::ScriptedTransport& transport) {
      test::serve_pod_with_log(transport, log);
    };
  }

  int collect(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"logs", "--logs-only", "--out", archive};
    words.insert(words.end(), more.begin(), more.end());
    return bench.run_words(words);
  }

  test::TempDir folder;
  std::string archive = (folder.path() / "x.tar.zst").string();
  std::string log = "2026-01-02T03:00:01Z password=hunter2\n";
  test::ClusterBench bench;
};

TEST_F(LogsCommand, CollectsAndVerifies) {
  EXPECT_EQ(collect({"-o", "json"}), 0);
  const json record = json::parse(bench.terminal.shown_out);
  EXPECT_EQ(record.at("complete"), 1);
  EXPECT_EQ(record.at("redacted").at("password"), 1);
  EXPECT_EQ(record.at("logs").at(0).at("file"), "logs/confluent/kafka-0/kafka.log");
  bench.terminal.shown_out.clear();
  EXPECT_EQ(bench.run_words({"logs", "--verify", archive}), 0);
  EXPECT_THAT(bench.terminal.shown_out, HasSubstr("As it was written: 4 files; 1 log complete"));
}

TEST_F(LogsCommand, WhatIsMissingIsSaidAndIsNoSuccess) {
  log = "2026-01-02T03:00:01Z one\nunable to retrieve container logs";
  EXPECT_EQ(collect(), 9);
  EXPECT_THAT(bench.terminal.shown_out,
              HasSubstr("incomplete confluent/kafka-0 kafka: the node broke off"));
}

TEST_F(LogsCommand, DoesNotReplaceAnArchiveUnlessItIsTold) {
  test::write_file(archive, "mine");
  EXPECT_EQ(collect(), 2);
  EXPECT_THAT(bench.terminal.shown_err, HasSubstr("is there already"));
  EXPECT_EQ(test::read_file(archive), "mine");
  EXPECT_EQ(collect({"--force"}), 0);
}

TEST_F(LogsCommand, DamagedArchiveIsFound) {
  test::write_file(archive, "no archive");
  EXPECT_EQ(bench.run_words({"logs", "--verify", archive}), 9);
}

TEST_F(LogsCommand, FollowsWithoutSecrets) {
  log = "2026-01-02T03:00:01Z \x1b[31mred token=hunter2 end\n";
  bench.terminal.closed = true;
  EXPECT_EQ(bench.run_words({"logs", "--follow"}), 0);
  EXPECT_THAT(bench.terminal.shown_out, HasSubstr("03:00:01 kafka-0 kafka | "));
  EXPECT_THAT(bench.terminal.shown_out, HasSubstr("red token=[redacted token "));
  EXPECT_THAT(bench.terminal.shown_out, Not(HasSubstr("hunter2")));
  EXPECT_THAT(bench.terminal.shown_out, Not(HasSubstr("\x1b")));
}

TEST_F(LogsCommand, FollowingWritesNoArchive) {
  EXPECT_EQ(collect({"--follow"}), 2);
  EXPECT_FALSE(std::filesystem::exists(archive));
}

TEST_F(LogsCommand, ShowsWhatIsTakenOut) {
  EXPECT_EQ(bench.run_words({"logs", "--redaction-test"}), 0);
  EXPECT_THAT(bench.terminal.shown_out, HasSubstr("ok   JAAS, client: "));
}

}  // namespace
}  // namespace cfkops::cli
