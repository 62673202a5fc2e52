#include "kinds.hpp"
#include "objects_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using engine::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;

engine::CheckResult check(test::ObjectsBench& bench, bool live) {
  return check_backup().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_backup().spec(),
                                   {{"from", "/nowhere/backup"}, {"live", live}}));
}

TEST(CheckBackup, FailsWhereThereIsNone) {
  test::ObjectsBench bench(test::kShop);
  const engine::CheckResult result = check(bench, false);
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.summary, HasSubstr("holds no backup"));
}

TEST(CheckBackup, NamesTheFieldsThatDiffer) {
  test::ObjectsBench bench(test::kShop);
  ASSERT_EQ(bench.apply(objects_backup(), {{"to", "/nowhere/backup"}}).kind, Outcome::Kind::Done);
  EXPECT_EQ(check(bench, true).verdict, Verdict::Pass);
  bench.patch("configmap", "shop", "settings", R"({"data": {"color": "red"}})");
  EXPECT_EQ(check(bench, false).verdict, Verdict::Pass) << "the files are whole";
  const engine::CheckResult result = check(bench, true);
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details,
              ElementsAre("configmap shop/settings differs: ~ /data/color: \"red\" -> \"blue\""));
}

}  // namespace
}  // namespace cfkops::actions
