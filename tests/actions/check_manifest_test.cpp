#include "kinds.hpp"
#include "objects_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::actions {
namespace {

using engine::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;

engine::CheckResult check(test::ObjectsBench& bench, const std::string& file) {
  EXPECT_TRUE(bench.files.write("/nowhere/it.yaml", file));
  return check_manifest().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_manifest().spec(), {{"file", "/nowhere/it.yaml"}}));
}

const std::string kSettings =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {app: web}}\n";

TEST(CheckManifest, PassesWhereAllIsAsTheFileHasIt) {
  test::ObjectsBench bench(test::kShop);
  EXPECT_EQ(check(bench, kSettings + "data: {color: blue}\n").verdict, Verdict::Pass);
}

TEST(CheckManifest, NamesWhatDiffersAndWhatIsMissing) {
  test::ObjectsBench bench(test::kShop);
  const engine::CheckResult result =
      check(bench,
            kSettings +
                "data: {color: red}\n---\napiVersion: v1\nkind: ServiceAccount\n"
                "metadata: {name: web}\n");
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details,
              ElementsAre("serviceaccount shop/web is not there",
                          "configmap shop/settings differs: ~ /data/color: \"blue\" -> \"red\""));
}

TEST(CheckManifest, IsUnknownWhereTheFileCannotBeUsed) {
  test::ObjectsBench bench(test::kShop);
  const engine::CheckResult result = check(bench, "kind: ConfigMap\n");
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.summary, HasSubstr("without kind or metadata.name"));
}

}  // namespace
}  // namespace cfkops::actions
