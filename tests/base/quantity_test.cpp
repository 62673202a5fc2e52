#include "cfkops/base/quantity.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::base {
namespace {

constexpr Int128 kUnit = 1'000'000'000;

Int128 nanos(const std::string& text) {
  const auto quantity = Quantity::parse(text);
  EXPECT_TRUE(quantity) << text;
  return quantity ? quantity->nanos : Int128{-1};
}

TEST(Quantity, ReadsKubernetesNotation) {
  EXPECT_TRUE(nanos("1") == kUnit);
  EXPECT_TRUE(nanos("+1.") == kUnit);
  EXPECT_TRUE(nanos(".5") == kUnit / 2);
  EXPECT_TRUE(nanos("500m") == kUnit / 2);
  EXPECT_TRUE(nanos("-2k") == -2000 * kUnit);
  EXPECT_TRUE(nanos("1.5Gi") == Int128{1610612736} * kUnit);
  EXPECT_TRUE(nanos("9E") == Int128{9'000'000'000'000'000'000} * kUnit);
  EXPECT_TRUE(nanos("1e-3") == kUnit / 1000);
  EXPECT_TRUE(nanos("1E3") == 1000 * kUnit);
  EXPECT_TRUE(nanos("00000000000000000000000000000000000001") == kUnit);
  EXPECT_TRUE(nanos("0.100000000000000000000000000000") == kUnit / 10);
  for (const char* text : {"", "-", ".", "Gi", "1 Gi", "1GB", "1K", "1e", "1e+", "1,5", "--1"}) {
    EXPECT_FALSE(Quantity::parse(text)) << text;
  }
}

TEST(Quantity, RoundsUpWhatIsTooSmallAndCapsWhatIsTooLarge) {
  const Int128 most = Int128{9223372036854775807} * kUnit;
  EXPECT_TRUE(nanos("0.1n") == 1);
  EXPECT_TRUE(nanos("1.1n") == 2);
  EXPECT_TRUE(nanos("-0.1n") == -1);
  EXPECT_TRUE(nanos("0.0000000001") == 1);
  EXPECT_TRUE(nanos("0.00000000001Ki") == 11);
  EXPECT_TRUE(nanos("9223372036854775807") == most);
  EXPECT_TRUE(nanos("9223372036854775808") == most);
  EXPECT_TRUE(nanos("100E") == most);
  EXPECT_TRUE(nanos("100Ei") == most);
  EXPECT_TRUE(nanos("1e999999999999") == most);
  EXPECT_TRUE(nanos("-1e100") == -most);
  EXPECT_TRUE(nanos("0e100") == 0);
  EXPECT_TRUE(nanos("1e-100") == 1);
  EXPECT_TRUE(nanos(std::string(5000, '9') + "Ki") == most);
  EXPECT_TRUE(nanos("0." + std::string(5000, '9')) == kUnit);
}

TEST(Quantity, WritesTheShortestForm) {
  const auto text = [](Int128 amount, bool binary) {
    return Quantity::of_nanos(amount, binary).value().text;
  };
  EXPECT_EQ(text(0, false), "0");
  EXPECT_EQ(text(kUnit, false), "1");
  EXPECT_EQ(text(1500 * kUnit, false), "1500");
  EXPECT_EQ(text(-2000 * kUnit, false), "-2k");
  EXPECT_EQ(text(kUnit / 2, false), "500m");
  EXPECT_EQ(text(1, true), "1n");
  EXPECT_EQ(text(2048 * kUnit, true), "2Ki");
  EXPECT_EQ(text(2000 * kUnit, true), "2000");
  EXPECT_EQ(text(2048 * kUnit, false), "2048");
  EXPECT_FALSE(Quantity::of_nanos(Int128{9223372036854775807} * kUnit + 1, false));
}

TEST(Quantity, ComparesByAmount) {
  EXPECT_TRUE(Quantity::parse("1024Mi").value() == Quantity::parse("1Gi").value());
  EXPECT_TRUE(std::is_lt(Quantity::parse("50M").value() <=> Quantity::parse("50Mi").value()));
}

}  // namespace
}  // namespace cfkops::base
