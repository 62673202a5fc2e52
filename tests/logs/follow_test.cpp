#include "cfkops/logs/follow.hpp"

#include "collect_fixture.hpp"

namespace cfkops::logs {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class FollowTest : public CollectTest {
 protected:
  FollowTest() { follow_request.selection = request.selection; }

  Status follow_now() { return follow(reader, follow_request, listener); }

  /// Nothing more comes of the container.
  void finish(const std::string& name) {
    for (json& one : pods) {
      if (one["metadata"]["name"] == name) {
        one["status"]["containerStatuses"][0]["state"] = {
            {"terminated",
             {{"startedAt", "2026-01-02T03:00:00Z"}, {"finishedAt", "2026-01-02T03:05:00Z"}}}};
      }
    }
  }

  FollowRequest follow_request;
  std::vector<std::string> lines;
  std::vector<std::string> notices;
  std::size_t wanted = 1000;
  FollowListener listener{.line =
                              [this](const FollowedLine& line) {
                                lines.push_back(line.pod + " " + line.text);
                                return lines.size() < wanted;
                              },
                          .notice = [this](const std::string& text) { notices.push_back(text); }};
};

TEST_F(FollowTest, LinesOfSeveralComeInTheOrderOfTheirTimes) {
  pods = {pod("p"), pod("q")};
  finish("p");
  finish("q");
  log("p").stream({line(1, "one")}).piece(milliseconds(300), line(3, "three"));
  log("q").stream({line(2, "two token=abc123")}).piece(milliseconds(100), line(4, "four"));
  EXPECT_THAT(follow_now(), IsOk());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "p one");
  EXPECT_THAT(lines[1], HasSubstr("q two token=[redacted token "));
  EXPECT_EQ(lines[2], "p three");
  EXPECT_EQ(lines[3], "q four");
}

TEST_F(FollowTest, GoesOnBehindTheLastLineWhereTheStreamBreaks) {
  log("p")
      .stream({line(1, "one"), line(2, "two")})
      .fail_with(make_error(ErrorCode::ConnectionLost, "reset"))
      .stream({line(2, "two"), line(3, "three")});
  transport.at(seconds(1), [this] { finish("p"); });
  EXPECT_THAT(follow_now(), IsOk());
  EXPECT_THAT(lines, ElementsAre("p one", "p two", "p three"));
  EXPECT_EQ(notices.size(), 1U);
}

TEST_F(FollowTest, FindsNewPods) {
  finish("p");
  log("p").stream({line(1, "one")}).piece(seconds(5), line(5, "last"));
  log("q").stream({line(2, "new")});
  transport.at(seconds(1), [this] {
    pods.push_back(pod("q"));
    finish("q");
  });
  EXPECT_THAT(follow_now(), IsOk());
  EXPECT_THAT(lines, ElementsAre("p one", "q new", "p last"));
}

TEST_F(FollowTest, EndsWhenNoMoreLinesAreWanted) {
  wanted = 1;
  log("p").stream({line(1, "one"), line(2, "two")}).open();
  EXPECT_THAT(follow_now(), IsOk());
  EXPECT_THAT(lines, ElementsAre("p one"));
  EXPECT_EQ(transport.in_flight(), 0U);
}

TEST_F(FollowTest, ARefusalIsToldOnce) {
  finish("p");
  pods.push_back(pod("q"));
  log("p").stream({line(1, "one")}).piece(seconds(20), line(2, "two"));
  log("q").refuse(403, "Forbidden", "not yours");
  wanted = 2;
  EXPECT_THAT(follow_now(), IsOk());
  EXPECT_EQ(notices.size(), 1U);
}

TEST_F(FollowTest, EndsWithoutAPodThatWentUnread) {
  finish("p");
  pods.push_back(pod("q"));
  log("p").stream({line(1, "one")});
  log("q").refuse(403, "Forbidden", "not yours");
  transport.at(seconds(5), [this] { pods.pop_back(); });
  EXPECT_THAT(follow_now(), IsOk());
  EXPECT_THAT(lines, ElementsAre("p one"));
}

TEST_F(FollowTest, NoSecondPieceOfALineIsTakenForALine) {
  finish("p");
  log("p").stream({"2026-01-02T03:00:01Z " + std::string(70'000, 'x') + "\"", "hunter2\n"});
  EXPECT_THAT(follow_now(), IsOk());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("more bytes]"));
  EXPECT_THAT(lines[0], testing::Not(HasSubstr("hunter2")));
}

TEST_F(FollowTest, TooManyAreRefused) {
  follow_request.most = 1;
  pods = {pod("p"), pod("q")};
  EXPECT_THAT(follow_now(), HasError(ErrorCode::InvalidInput, "2 logs are selected"));
}

}  // namespace
}  // namespace cfkops::logs
