#include "controllers/scheduler_fit.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>

namespace cfkops::sandbox {
namespace {

TEST(SchedulerFit, SumsThatHaveNoNumberFitNowhere) {
  const Value container = {{"resources", {{"requests", {{"memory", "8Ei"}, {"cpu", "1"}}}}}};
  const Value pod = {{"spec", {{"containers", {container, container}}}}};
  const auto requests = requests_of(pod);
  EXPECT_EQ(requests.at("memory"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(requests.at("cpu"), 2000);
}

}  // namespace
}  // namespace cfkops::sandbox
