#include "cfkops/kube/watch.hpp"

#include "fixture.hpp"

#include <csignal>
#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::Fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class WatchTest : public KubeTest {
 protected:
  static std::string event(const std::string& type, const json& object) {
    return json{{"type", type}, {"object", object}}.dump() + "\n";
  }

  static std::string bookmark(const std::string& resource_version) {
    return event("BOOKMARK",
                 {{"kind", "Pod"},
                  {"apiVersion", "v1"},
                  {"metadata", {{"resourceVersion", resource_version}}}});
  }

  static std::string gone() {
    return event(
        "ERROR",
        {{"kind", "Status"}, {"code", 410}, {"reason", "Expired"}, {"message", "too old"}});
  }

  test::Rule& on_list() { return transport.on("GET", kPods + "?limit=500"); }

  test::Rule& on_watch(const std::string& resource_version = "100") {
    return transport.on("GET",
                        kPods + "?watch=true&resourceVersion=" + resource_version +
                            "&allowWatchBookmarks=true&timeoutSeconds=300");
  }

  /// The next events as "ADDED kafka-0/u1@10", or the error's code.
  std::vector<std::string> next(Duration patience = seconds(60)) {
    const Result<std::vector<WatchEvent>> events = watch->next(in(patience));
    if (!events) {
      return {std::string(to_string(events.error().code)) + " " + events.error().text()};
    }
    std::vector<std::string> lines;
    for (const WatchEvent& change : *events) {
      const char* type = change.type == WatchEvent::Type::Added      ? "ADDED"
                         : change.type == WatchEvent::Type::Modified ? "MODIFIED"
                                                                     : "DELETED";
      lines.push_back(std::string(type) + " " + change.object.name() + "/" + change.object.uid() +
                      "@" + change.object.resource_version());
    }
    return lines;
  }

  std::unique_ptr<Watch> watch = client.watch(resources::pods(), "confluent");
};

TEST_F(WatchTest, DeliversWhatExistsAndThenWhatChanges) {
  on_list().reply(200, pod_list({pod("kafka-0", "u0"), pod("kafka-1", "u1")}));
  on_watch()
      .stream({})
      .piece(seconds(5), event("MODIFIED", pod("kafka-0", "u0", "101")))
      .piece(seconds(5), event("DELETED", pod("kafka-1", "u1", "102")))
      .piece(seconds(5), event("ADDED", pod("kafka-1", "u9", "103")))
      .open();
  EXPECT_EQ(watch->trouble(), "the first list has not been answered yet");
  EXPECT_THAT(next(), ElementsAre("ADDED kafka-0/u0@10", "ADDED kafka-1/u1@10"));
  EXPECT_EQ(watch->trouble(), "");
  EXPECT_THAT(next(), ElementsAre("MODIFIED kafka-0/u0@101"));
  EXPECT_THAT(next(), ElementsAre("DELETED kafka-1/u1@102"));
  EXPECT_THAT(next(), ElementsAre("ADDED kafka-1/u9@103"));
  EXPECT_EQ(transport.clock().passed(), seconds(15));
  EXPECT_EQ(watch->objects().size(), 2U);
  EXPECT_EQ(watch->objects().at("confluent/kafka-1").uid(), "u9");
}

TEST_F(WatchTest, FillsInWhatListItemsLeaveOut) {
  on_list().reply(200, pod_list({pod("kafka-0", "u0")}));
  on_watch().stream({}).open();
  next();
  EXPECT_EQ(watch->objects().at("confluent/kafka-0").kind(), "Pod");
}

TEST_F(WatchTest, ReturnsNothingWhenTheDeadlinePasses) {
  on_list().reply(200, pod_list({}));
  on_watch().stream({}).open();
  EXPECT_THAT(next(seconds(20)), IsEmpty());
  EXPECT_EQ(transport.clock().passed(), seconds(20));
}

TEST_F(WatchTest, KeepsTheDeadlineWhileTheListHangs) {
  on_list().hang();
  EXPECT_THAT(next(seconds(3)), IsEmpty());
  EXPECT_EQ(transport.clock().passed(), seconds(3));
}

TEST_F(WatchTest, AsksForNoCompression) {
  on_list().reply(200, pod_list({}));
  on_watch().stream({}).open();
  next(seconds(1));
  EXPECT_EQ(transport.calls().at(1).header("Accept-Encoding"), "identity");
  EXPECT_EQ(transport.calls().at(1).header("Audit-ID"), "cfkops/2");
}

TEST_F(WatchTest, ResumesFromTheLastBookmarkAfterANormalEnd) {
  on_list().reply(200, pod_list({}));
  on_watch("100").stream({}).piece(minutes(5), bookmark("180"));
  on_watch("180").stream({}).piece(seconds(1), event("ADDED", pod("a", "u", "181"))).open();
  EXPECT_THAT(next(minutes(10)), ElementsAre("ADDED a/u@181"));
  EXPECT_EQ(transport.clock().passed(), minutes(5) + seconds(1));
  EXPECT_EQ(transport.calls().size(), 3U);
}

TEST_F(WatchTest, ReportsAReplacementOfTheSameNameAsBoth) {
  on_list().reply(200, pod_list({pod("kafka-0", "u0")}));
  on_watch().stream({event("ADDED", pod("kafka-0", "u1", "105"))}).open();
  next();
  EXPECT_THAT(next(), ElementsAre("DELETED kafka-0/u0@10", "ADDED kafka-0/u1@105"));
}

TEST_F(WatchTest, RelistsAfterAnExpiredVersionAndReportsTheDifference) {
  on_list()
      .reply(
          200,
          pod_list(
              {pod("a", "ua", "1"), pod("b", "ub", "2"), pod("c", "uc", "3"), pod("d", "ud", "4")}))
      .reply(
          200,
          pod_list(
              {pod("a", "ua", "1"), pod("b", "ub", "7"), pod("c", "u2", "8"), pod("e", "ue", "9")},
              "200"));
  on_watch("100").stream({}).piece(seconds(5), gone()).open();
  on_watch("200").stream({}).open();
  next();
  EXPECT_THAT(
      next(),
      ElementsAre(
          "DELETED c/uc@3", "DELETED d/ud@4", "MODIFIED b/ub@7", "ADDED c/u2@8", "ADDED e/ue@9"));
  EXPECT_EQ(transport.clock().passed(), seconds(5));
  next(seconds(1));
  EXPECT_EQ(transport.in_flight(), 1U);
}

TEST_F(WatchTest, RelistsWhenTheWatchIsAnsweredWith410) {
  on_list().reply(200, pod_list({})).reply(200, pod_list({pod("a", "u", "150")}, "200"));
  on_watch("100").refuse(410, "Expired", "too old resource version");
  on_watch("200").stream({}).open();
  EXPECT_THAT(next(), ElementsAre("ADDED a/u@150"));
}

TEST_F(WatchTest, RelistsAtOnceWhenTheServerIsBackWithAnotherHistory) {
  // A restarted API server often answers 410: what was waited for it before must not delay the
  // list.
  on_list().reply(200, pod_list({})).reply(200, pod_list({pod("a", "u", "150")}, "200"));
  on_watch("100")
      .stream({})
      .piece(seconds(1), "")
      .fail_with(make_error(ErrorCode::ConnectionLost, "reset"));
  on_watch("200").stream({}).open();
  transport.at(milliseconds(1500), [this] {
    transport.set_down(true);
    on_watch("100").refuse(410, "Expired", "too old resource version");
  });
  transport.at(seconds(20), [this] { transport.set_down(false); });
  EXPECT_THAT(next(minutes(2)), ElementsAre("ADDED a/u@150"));
  EXPECT_EQ(transport.clock().passed(), milliseconds(1000 + 800 + 1600 + 3200 + 6400 + 12800));
}

TEST_F(WatchTest, DoesNotSpinWhenEveryWatchHasExpired) {
  on_list().reply(200, pod_list({}));
  on_watch().stream({gone()}).open();
  EXPECT_THAT(next(minutes(10)), IsEmpty());
  EXPECT_THAT(transport.calls().size(), testing::Lt(70U));
}

TEST_F(WatchTest, ListsAgainWithoutALimitWhenAPageHasExpired) {
  on_list().reply(200, pod_list({pod("a", "ua")}, "100", "token-1"));
  json expired = json::parse(test::refuse(410, "Expired", "too old").body);
  expired["metadata"]["continue"] = "inconsistent";
  transport.on("GET", kPods + "?limit=500&continue=token-1").reply(410, expired);
  transport.on("GET", kPods).reply(200, pod_list({pod("b", "ub")}, "120"));
  on_list().reply(200, pod_list({pod("a", "ua")}, "100", "token-1"));
  transport.on("GET", kPods + "?limit=500&continue=token-1").reply(410, expired);
  on_watch("120").stream({}).open();
  EXPECT_THAT(next(), ElementsAre("ADDED b/ub@10"));
}

TEST_F(WatchTest, BacksOffLongerAndLongerWhileTheServerIsAway) {
  on_list().reply(200, pod_list({pod("a", "u")}));
  on_watch().stream({}).open();
  transport.set_down(true);
  transport.at(seconds(20), [this] { transport.set_down(false); });
  EXPECT_THAT(next(seconds(10)), IsEmpty());
  EXPECT_EQ(watch->trouble(), "connection refused");
  EXPECT_THAT(next(), ElementsAre("ADDED a/u@10"));
  std::vector<Duration> at;
  for (const test::Call& call : transport.calls()) {
    at.push_back(call.at.time_since_epoch());
  }
  // 0.8, 1.6, 3.2, 6.4, 12.8 seconds after each other, then the watch.
  EXPECT_THAT(at,
              ElementsAre(milliseconds(0),
                          milliseconds(800),
                          milliseconds(2400),
                          milliseconds(5600),
                          milliseconds(12000),
                          milliseconds(24800),
                          milliseconds(24800)));
}

TEST_F(WatchTest, WaitsAsLongAsABusyServerAsks) {
  on_list().reply(200, pod_list({}));
  on_watch()
      .then(test::reply(429, "Too many requests", {{"Retry-After", "7"}}))
      .stream({event("ADDED", pod("a", "u", "101"))})
      .open();
  EXPECT_THAT(next(), ElementsAre("ADDED a/u@101"));
  EXPECT_EQ(transport.clock().passed(), seconds(7));
}

TEST_F(WatchTest, GoesOnFromWhereAConnectionWasLost) {
  on_list().reply(200, pod_list({}));
  on_watch("100")
      .stream({event("ADDED", pod("a", "u", "101")), "{\"type\":\"MOD"})
      .fail_with(make_error(ErrorCode::ConnectionLost, "reset"));
  on_watch("101").stream({event("MODIFIED", pod("a", "u", "102"))}).open();
  EXPECT_THAT(next(), ElementsAre("ADDED a/u@101"));
  EXPECT_THAT(next(), ElementsAre("MODIFIED a/u@102"));
  EXPECT_EQ(transport.clock().passed(), milliseconds(800));
}

TEST_F(WatchTest, EndsAStreamThatIsNoWatch) {
  on_list().reply(200, pod_list({}));
  on_watch()
      .stream({"<html>login</html>"})
      .open()
      .stream({event("ADDED", pod("a", "u", "101"))})
      .open();
  EXPECT_THAT(next(), ElementsAre("ADDED a/u@101"));
  EXPECT_EQ(transport.in_flight(), 1U);
}

TEST_F(WatchTest, EndsWhereWaitingWillNotHelp) {
  const std::vector<std::pair<int, std::string>> refusals = {
      {401, "Unauthorized"}, {403, "Forbidden"}, {404, "NotFound"}, {422, "Invalid"}};
  for (const auto& [status, reason] : refusals) {
    on_list().refuse(status, reason, "no");
    watch = client.watch(resources::pods(), "confluent");
    EXPECT_THAT(next(), ElementsAre(StartsWith(reason + " watch pods in namespace confluent")))
        << reason;
    on_list().reply(200, pod_list({}));
    on_watch().refuse(status, reason, "no");
    watch = client.watch(resources::pods(), "confluent");
    EXPECT_THAT(next(), ElementsAre(StartsWith(reason + " watch pods in namespace confluent")))
        << reason;
  }
}

TEST_F(WatchTest, StopsWhenAPersonAsks) {
  on_list().reply(200, pod_list({}));
  on_watch().stream({}).open();
  transport.at(seconds(4), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(next(), ElementsAre(HasSubstr("interrupted by SIGINT")));
}

TEST_F(WatchTest, LeavesNothingInFlightBehind) {
  on_list().reply(200, pod_list({}));
  on_watch().stream({}).open();
  next(seconds(1));
  EXPECT_EQ(transport.in_flight(), 1U);
  watch.reset();
  EXPECT_EQ(transport.in_flight(), 0U);
}

TEST_F(WatchTest, SharesTheLoopWithOthers) {
  on_list().reply(200, pod_list({}));
  on_watch().stream({}).piece(seconds(2), event("ADDED", pod("a", "u", "101"))).open();
  next(seconds(1));
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0")).after(seconds(5));
  EXPECT_THAT(client.get(resources::pods(), "confluent", "kafka-0"), test::IsOk());
  EXPECT_THAT(next(Duration::zero()), ElementsAre("ADDED a/u@101"));
}

/// Whatever one call does, the watch ends up with what is in the cluster.
TEST_F(WatchTest, GetsOverAnySingleFault) {
  for (const Fault fault : test::all_faults()) {
    for (std::size_t n = 1; n <= 3; ++n) {
      SCOPED_TRACE(test::to_string(fault) + " at call " + std::to_string(n));
      test::ScriptedTransport world;
      Loop its_loop(world, world.clock(), cancel);
      Client its_client(its_loop, {}, recorder);
      world.on("GET", kPods + "?limit=500").reply(200, pod_list({pod("a", "u", "10")}));
      world.on("GET", kPods + "?watch=true*")
          .stream({})
          .piece(seconds(2), bookmark("101"))
          .stream({})
          .piece(seconds(2), event("MODIFIED", pod("a", "u", "102")))
          .open();
      world.break_call(n, fault);
      Watch subject(its_client, resources::pods(), "confluent", {});
      while (world.clock().passed() < minutes(2)) {
        ASSERT_THAT(subject.next(world.clock().now() + seconds(10)), test::IsOk());
      }
      EXPECT_EQ(subject.objects().at("confluent/a").resource_version(), "102");
      EXPECT_EQ(subject.trouble(), "");
    }
  }
}

}  // namespace
}  // namespace cfkops::kube
