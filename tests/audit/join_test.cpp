#include "cfkops/audit/join.hpp"

#include "support/matchers.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::audit {
namespace {

using test::HasError;
using test::IsOk;
using Verdict = JoinedMutation::Verdict;

constexpr const char* kRun = "20251123-072501-3f9a";

/// "2025-11-23T07:25:<second>.000000Z"
std::string at(int second) {
  return "2025-11-23T07:25:" + std::string(second < 10 ? "0" : "") + std::to_string(second) +
         ".000000Z";
}

/// A run's journal and a cluster's audit log, written line by line.
class JoinTest : public testing::Test {
 protected:
  JoinTest() {
    add("start", 1, {{"actor", {{"user", "ana"}}}});
    hear({.id = id("hello", 1), .verb = "get", .uri = "/version", .second = 0, .plural = ""});
    hear({.id = "kubelet-1", .verb = "get", .agent = "kubelet/1.34", .user = "n", .second = 59});
  }

  /// Also given the members of a plain eviction.
  struct Heard {
    std::string id;
    std::string verb = "create";
    std::string uri = "/api/v1/namespaces/confluent/pods/kafka-2/eviction";
    std::string agent = "cfkops/0.1.0";
    std::string user = "ana";
    int code = 201;
    int second = 10;
    std::string plural = "pods";
    std::string group = "";
    std::string subresource = "eviction";
    std::string name = "kafka-2";
    std::string stage = "ResponseComplete";
    std::string as = "";
  };

  static std::string id(const std::string& step, int sequence) {
    return std::string(kRun) + "/" + step + "/1/" + std::to_string(sequence);
  }

  void add(std::string phase, int second, nlohmann::json data) {
    lines_.push_back({.run = kRun,
                      .sequence = lines_.size() + 1,
                      .time = at(second),
                      .phase = std::move(phase),
                      .step = "roll",
                      .attempt = 1,
                      .data = Json(std::move(data))});
  }

  /// An eviction of kafka-2, unless `more` says otherwise.
  void intend(const std::string& audit_id, nlohmann::json more = nlohmann::json::object()) {
    nlohmann::json data = {{"intent", ++intents_},
                           {"verb", "evict"},
                           {"resource", "pods"},
                           {"subresource", "eviction"},
                           {"namespace", "confluent"},
                           {"name", "kafka-2"},
                           {"auditId", audit_id}};
    data.update(more);
    add("intent", 10, std::move(data));
  }

  void conclude(int status, std::vector<std::string> ids, bool unknown = false) {
    add("effect",
        11,
        {{"intent", intents_}, {"status", status}, {"auditIds", ids}, {"unknown", unknown}});
  }

  void hear(const Heard& heard) {
    nlohmann::json event = {{"kind", "Event"},
                            {"apiVersion", "audit.k8s.io/v1"},
                            {"level", "Metadata"},
                            {"auditID", heard.id},
                            {"stage", heard.stage},
                            {"requestURI", heard.uri},
                            {"verb", heard.verb},
                            {"user", {{"username", heard.user}}},
                            {"userAgent", heard.agent},
                            {"responseStatus", {{"code", heard.code}}},
                            {"requestReceivedTimestamp", at(heard.second)}};
    if (!heard.plural.empty()) {
      event["objectRef"] = {{"resource", heard.plural},
                            {"namespace", "confluent"},
                            {"name", heard.name},
                            {"apiGroup", heard.group},
                            {"subresource", heard.subresource}};
    }
    if (!heard.as.empty()) {
      event["impersonatedUser"] = {{"username", heard.as}};
    }
    cluster_.push_back(event.dump());
  }

  JoinReport joined() {
    std::vector<LogLine> whole = lines_;
    whole.push_back(lines_.back());
    whole.back().phase = "end";
    whole.back().time = at(30);
    whole.back().data = Json(nlohmann::json::object());
    Result<Join> join = Join::of(whole);
    EXPECT_THAT(join, IsOk());
    for (const std::string& line : cluster_) {
      EXPECT_THAT(join->take(line), IsOk());
    }
    return join->report();
  }

  Verdict verdict() {
    const JoinReport report = joined();
    EXPECT_EQ(report.mutations.size(), 1U);
    EXPECT_TRUE(report.strangers.empty());
    return report.mutations.front().verdict;
  }

  std::vector<LogLine> lines_;
  std::vector<std::string> cluster_;
  int intents_ = 0;
};

TEST_F(JoinTest, AgreesWhereBothSidesSayTheSame) {
  intend(id("roll", 3));
  conclude(201, {id("roll", 3)});
  hear({.id = id("roll", 3)});
  const JoinReport report = joined();
  ASSERT_EQ(report.mutations.size(), 1U);
  EXPECT_EQ(report.mutations[0].verdict, Verdict::Agrees);
  EXPECT_EQ(report.mutations[0].mutation.text(), "evict pods/eviction confluent/kafka-2");
  ASSERT_EQ(report.mutations[0].events.size(), 1U);
  EXPECT_EQ(report.mutations[0].events[0].text(), "create pods/eviction confluent/kafka-2");
  EXPECT_TRUE(report.agrees());
  EXPECT_EQ(report.run_id, kRun);
  EXPECT_EQ(report.events, 3U);
}

TEST_F(JoinTest, ARunThatChangedNothingAgreesWithAQuietCluster) {
  EXPECT_TRUE(joined().agrees());
}

TEST_F(JoinTest, FindsEachVerbUnderTheServersName) {
  struct Row {
    const char* ours;
    const char* theirs;
    const char* subresource;
  };

  int sequence = 10;
  for (const Row& row : {Row{"update", "update", ""},
                         Row{"patch", "patch", "status"},
                         Row{"apply", "patch", ""},
                         Row{"delete", "delete", ""},
                         Row{"scale", "patch", "scale"},
                         Row{"exec", "get", "exec"},
                         Row{"exec", "create", "exec"},
                         Row{"port-forward", "get", "portforward"}}) {
    const std::string audit_id = id("roll", ++sequence);
    intend(
        audit_id,
        {{"verb", row.ours}, {"resource", "statefulsets.apps"}, {"subresource", row.subresource}});
    conclude(200, {audit_id});
    hear({.id = audit_id,
          .verb = row.theirs,
          .code = 200,
          .plural = "statefulsets",
          .group = "apps",
          .subresource = row.subresource});
  }
  const JoinReport report = joined();
  EXPECT_EQ(report.mutations.size(), 8U);
  EXPECT_TRUE(report.agrees());
}

TEST_F(JoinTest, WhatIsCreatedNeedNotBeNamedByTheServer) {
  intend(id("roll", 3), {{"verb", "create"}, {"subresource", ""}});
  conclude(201, {id("roll", 3)});
  hear({.id = id("roll", 3), .subresource = "", .name = ""});
  EXPECT_EQ(verdict(), Verdict::Agrees);
}

TEST_F(JoinTest, TakesTheStagesOfASessionForOneRequest) {
  intend(id("roll", 3), {{"verb", "exec"}, {"subresource", "exec"}});
  conclude(101, {id("roll", 3)});
  for (const char* stage : {"ResponseStarted", "ResponseComplete"}) {
    hear({.id = id("roll", 3), .verb = "get", .code = 101, .subresource = "exec", .stage = stage});
  }
  EXPECT_EQ(verdict(), Verdict::Agrees);
}

TEST_F(JoinTest, FindsTheAttemptsOfARetriedMutation) {
  intend(id("roll", 3));
  conclude(201, {id("roll", 3), id("roll", 4), id("roll", 5)});
  hear({.id = id("roll", 4), .code = 429});
  hear({.id = id("roll", 5)});
  const JoinReport report = joined();
  EXPECT_TRUE(report.agrees()) << "the first never reached the server";
  EXPECT_EQ(report.mutations[0].events.size(), 2U);
}

TEST_F(JoinTest, ListsWhatTheClusterKnowsAndTheJournalDoesNot) {
  hear({.id = id("roll", 9)});
  hear({.id = "8a0e", .verb = "delete", .code = 200, .subresource = ""});
  const JoinReport report = joined();
  EXPECT_FALSE(report.agrees());
  ASSERT_EQ(report.strangers.size(), 2U) << "by Audit-ID, and by user and User-Agent";
}

TEST_F(JoinTest, ARequestThatStandsTwiceInTheClustersLogIsFoundOnce) {
  intend(id("roll", 3));
  conclude(201, {id("roll", 3)});
  hear({.id = id("roll", 3)});
  hear({.id = id("roll", 3)});
  const JoinReport report = joined();
  EXPECT_FALSE(report.agrees());
  EXPECT_EQ(report.strangers.size(), 1U);
}

TEST_F(JoinTest, LeavesAloneWhatIsNoChangeOrNotOurs) {
  hear(
      {.id = id("plan", 1),
       .uri = "/api/v1/namespaces/confluent/pods/kafka-2/eviction?dryRun=All&fieldManager=cfkops"});
  hear({.id = id("start", 1),
        .plural = "selfsubjectreviews",
        .group = "authentication.k8s.io",
        .subresource = ""});
  hear({.id = id("plan", 2),
        .plural = "selfsubjectaccessreviews",
        .group = "authorization.k8s.io",
        .subresource = ""});
  hear({.id = id("roll", 6), .verb = "get", .code = 200, .subresource = ""});
  hear({.id = "1", .agent = "kubectl/v1.34"});
  hear({.id = "2", .user = "bob"});
  hear({.id = "3", .second = 40});
  hear({.id = "4", .user = "ana", .as = "bob"});
  const JoinReport report = joined();
  EXPECT_TRUE(report.agrees());
  EXPECT_TRUE(report.other_runs.empty());
}

TEST_F(JoinTest, CountsWhatNamesAnotherRunOfTheSameUser) {
  hear({.id = "20251123-072509-0a1b/roll/1/4"});
  hear({.id = "20251123-072509-0a1b/roll/1/5", .user = "root", .as = "ana"});
  const JoinReport report = joined();
  EXPECT_TRUE(report.agrees());
  EXPECT_EQ(report.other_runs.at("20251123-072509-0a1b"), 2U);
}

TEST_F(JoinTest, MissesAnAnsweredRequestThatTheClusterDoesNotKnow) {
  intend(id("roll", 3));
  conclude(201, {id("roll", 3)});
  EXPECT_EQ(verdict(), Verdict::Missing);
  EXPECT_FALSE(joined().agrees());
}

TEST_F(JoinTest, CannotTellWhereTheClustersLogDoesNotCoverTheTime) {
  cluster_.resize(1);
  intend(id("roll", 3));
  conclude(201, {id("roll", 3)});
  EXPECT_EQ(verdict(), Verdict::Unresolved);
  EXPECT_EQ(joined().mutations[0].why,
            "the journal says 201, the cluster's log does not cover that time");
  EXPECT_FALSE(joined().agrees());
}

TEST_F(JoinTest, AnAnswerFromInBetweenNeedNotBeInTheClustersLog) {
  intend(id("roll", 3));
  conclude(503, {id("roll", 3)});
  EXPECT_EQ(verdict(), Verdict::Agrees);
}

TEST_F(JoinTest, SaysWhereTheTwoContradictEachOther) {
  struct Row {
    int ours;
    int theirs;
    Verdict verdict;
  };

  for (const Row& row : {Row{201, 409, Verdict::Differs},
                         Row{409, 201, Verdict::Differs},
                         Row{403, 409, Verdict::Differs},
                         Row{0, 201, Verdict::Differs},
                         Row{409, 409, Verdict::Agrees},
                         Row{200, 201, Verdict::Agrees},
                         Row{0, 409, Verdict::Agrees}}) {
    lines_.resize(1);
    cluster_.resize(2);
    intend(id("roll", 3));
    conclude(row.ours, {id("roll", 3)});
    hear({.id = id("roll", 3), .code = row.theirs});
    EXPECT_EQ(verdict(), row.verdict) << row.ours << " and " << row.theirs;
  }
}

TEST_F(JoinTest, AnotherObjectUnderOurAuditIdIsNoneOfTheJournals) {
  intend(id("roll", 3));
  conclude(201, {id("roll", 3)});
  hear({.id = id("roll", 3), .name = "kafka-1"});
  const JoinReport report = joined();
  EXPECT_EQ(report.mutations[0].verdict, Verdict::Missing);
  ASSERT_EQ(report.strangers.size(), 1U);
  EXPECT_EQ(report.strangers[0].name, "kafka-1");
}

TEST_F(JoinTest, ResolvesWhatTheJournalDoesNotKnow) {
  struct Row {
    int code;
    Verdict verdict;
    bool agrees;
  };

  for (const Row& row : {Row{201, Verdict::Applied, true},
                         Row{409, Verdict::NotApplied, true},
                         Row{504, Verdict::Unresolved, false},
                         Row{0, Verdict::Unresolved, false}}) {
    for (const bool open : {true, false}) {
      lines_.resize(1);
      cluster_.resize(2);
      intend(id("roll", 3));
      if (!open) {
        conclude(0, {id("roll", 3)}, true);
      }
      hear({.id = id("roll", 3), .code = row.code});
      EXPECT_EQ(verdict(), row.verdict) << row.code;
      EXPECT_EQ(joined().agrees(), row.agrees);
    }
  }
}

TEST_F(JoinTest, WhatNeverReachedTheServerWasNotApplied) {
  intend(id("roll", 3));
  EXPECT_EQ(verdict(), Verdict::NotApplied);
  EXPECT_TRUE(joined().agrees());
}

TEST_F(JoinTest, ALogThatEndsTooEarlyResolvesNothing) {
  intend(id("roll", 3));
  cluster_.resize(1);
  const JoinReport report = joined();
  EXPECT_EQ(report.mutations[0].verdict, Verdict::Unresolved);
  EXPECT_EQ(report.mutations[0].why, "the cluster's log does not cover that time");
  EXPECT_FALSE(report.agrees());
}

TEST_F(JoinTest, KnowsTheSecondAttemptOfAMutationInWhichTheRunWasKilled) {
  intend(id("roll", 3));
  hear({.id = id("roll", 3), .code = 429});
  hear({.id = id("roll", 5)});
  EXPECT_EQ(verdict(), Verdict::Applied);
}

TEST_F(JoinTest, ToldApartAreNumbersThatARunUsesTwice) {
  intend(id("lock", 2));
  conclude(201, {id("lock", 2)});
  intend(id("lock", 2));
  conclude(409, {id("lock", 2)});
  hear({.id = id("lock", 2)});
  hear({.id = id("lock", 2), .code = 409});
  EXPECT_TRUE(joined().agrees());
}

TEST_F(JoinTest, RefusesWhatIsNoLogOfARunOrOfACluster) {
  EXPECT_THAT(Join::of({}), HasError(ErrorCode::InvalidInput));
  Result<Join> join = Join::of(lines_);
  ASSERT_THAT(join, IsOk());
  EXPECT_THAT(join->take("{}"), HasError(ErrorCode::InvalidInput, "audit.k8s.io/v1"));
  EXPECT_THAT(join->take(std::string("{\"x\":\"") + kRun), HasError(ErrorCode::InvalidInput));
  EXPECT_THAT(join->take(""), IsOk());
}

}  // namespace
}  // namespace cfkops::audit
