#include "decode.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

TEST(Quantity, IsKeptInItsShortestForm) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"0", "0"},
                                                                  {"1000m", "1"},
                                                                  {"1500m", "1500m"},
                                                                  {"1.5", "1500m"},
                                                                  {".5", "500m"},
                                                                  {"2048Mi", "2Gi"},
                                                                  {"1.5Gi", "1536Mi"},
                                                                  {"12Mi", "12Mi"},
                                                                  {"1.1Mi", "1153433600m"},
                                                                  {"512Ki", "512Ki"},
                                                                  {"0.5Mi", "512Ki"},
                                                                  {"0.5Ki", "512"},
                                                                  {"1000000000", "1G"},
                                                                  {"3e9", "3e9"},
                                                                  {"1000e6", "1e9"},
                                                                  {"-1000m", "-1"},
                                                                  {"0.1n", "1n"},
                                                                  {"16Ei", "9223372036854775807"},
                                                                  {" 1 ", "1"}};
  for (const auto& [text, canonical] : cases) {
    EXPECT_EQ(canonical_quantity(text).value_or("refused"), canonical) << text;
  }
}

TEST(Quantity, RefusesWhatIsNone) {
  EXPECT_FALSE(canonical_quantity("1.5e-2147483648"));
  const auto much = canonical_quantity("much");
  ASSERT_FALSE(much);
  EXPECT_EQ(much.error().message,
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  const auto suffix = canonical_quantity("1Mim");
  ASSERT_FALSE(suffix);
  EXPECT_EQ(suffix.error().message, "unable to parse quantity's suffix");
}

TEST(Quantity, CountsInThousandths) {
  EXPECT_EQ(quantity_milli("1500m"), 1500);
  EXPECT_EQ(quantity_milli("2Ki"), 2'048'000);
  EXPECT_EQ(quantity_milli("1u"), 1);
  EXPECT_EQ(quantity_milli("-2"), -2000);
  EXPECT_EQ(quantity_milli("x"), 0);
  EXPECT_EQ(quantity_milli("9E"), INT64_MAX);
}

}  // namespace
}  // namespace cfkops::sandbox
