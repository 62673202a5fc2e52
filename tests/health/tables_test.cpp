#include "facts.hpp"
#include "reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace cfkops::health {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

kube::Table table(std::vector<std::string> columns, std::vector<std::vector<std::string>> rows) {
  kube::Table made;
  for (std::string& column : columns) {
    made.columns.push_back({std::move(column), 0});
  }
  made.rows = std::move(rows);
  return made;
}

TEST(Tables, PodsThatLookUnwell) {
  const auto pods = table({"Name", "Ready", "Status", "Restarts", "Age"},
                          {{"well", "1/1", "Running", "0", "5d"},
                           {"done", "0/1", "Completed", "0", "5d"},
                           {"calm", "1/1", "Running", "7 (3d ago)", "5d"},
                           {"half", "1/2", "Running", "0", "5d"},
                           {"crash", "0/1", "CrashLoopBackOff", "9 (2m ago)", "5d"},
                           {"lately", "1/1", "Running", "1 (2h5m ago)", "5d"},
                           {"evicted", "0/1", "Evicted", "0", "5d"},
                           {"going", "1/1", "Terminating", "0", "5d"}});
  EXPECT_THAT(unwell_pods(pods), ElementsAre("crash", "evicted", "going", "half", "lately"));
}

TEST(Tables, NodesAndVolumesThatLookUnwell) {
  EXPECT_THAT(
      unwell_nodes(table({"Name", "Status"},
                         {{"a", "Ready"}, {"b", "NotReady"}, {"c", "Ready,SchedulingDisabled"}})),
      ElementsAre("b", "c"));
  EXPECT_THAT(unwell_volumes(table(
                  {"Name", "Capacity", "Status"},
                  {{"a", "1Gi", "Bound"}, {"b", "1Gi", "Available"}, {"c", "1Gi", "Released"}})),
              ElementsAre("c"));
}

TEST(Tables, EventsByTheirColumns) {
  const auto lines =
      event_lines(table({"Last Seen", "Type", "Reason", "Object", "Message", "Count"},
                        {{"5m12s", "Warning", "BackOff", "pod/p", "again", "17"},
                         {"<unknown>", "Warning", "Odd", "pod/q", "what", ""}}));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].age, minutes(5) + seconds(12));
  EXPECT_EQ(lines[0].count, 17);
  EXPECT_EQ(lines[0].object, "pod/p");
  EXPECT_EQ(lines[1].age, std::nullopt);
  EXPECT_EQ(lines[1].count, 1);
}

TEST(Tables, AgesAsServersWriteThem) {
  EXPECT_EQ(read_age("45s"), seconds(45));
  EXPECT_EQ(read_age("3d4h"), hours(76));
  EXPECT_GE(*read_age("2y33d"), hours(24 * 365));
  EXPECT_EQ(read_age("<invalid>"), std::nullopt);
}

TEST(Slim, DropsKeysAndWhatNobodyAsksFor) {
  const Json secret = slim(*Json::parse(
      R"({"metadata": {"name": "s", "managedFields": []}, "data": {"tls.key": "x", "tls.crt": "y"},
          "spec": {"versions": [{"name": "v1", "schema": {}}]}})"));
  EXPECT_EQ(
      secret.dump(),
      R"({"data":{"tls.crt":"y"},"metadata":{"name":"s"},"spec":{"versions":[{"name":"v1"}]}})");
}

}  // namespace
}  // namespace cfkops::health
