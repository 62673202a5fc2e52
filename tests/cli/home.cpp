// Gives the tests a home of their own before anything reads the environment: what a person keeps on
// this machine is neither read nor written.

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

namespace cfkops::cli {
namespace {

class Home final : public testing::Environment {
 public:
  void SetUp() override {
    folder_ = std::make_unique<test::TempDir>();
    const std::string path = folder_->path().string();
    ASSERT_EQ(::setenv("HOME", path.c_str(), 1), 0);
    ASSERT_EQ(::setenv("CFKOPS_STATE_DIR", (path + "/state").c_str(), 1), 0);
    for (const char* name : {"KUBECONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME"}) {
      ASSERT_EQ(::unsetenv(name), 0);
    }
  }

  void TearDown() override { folder_.reset(); }

 private:
  std::unique_ptr<test::TempDir> folder_;
};

const testing::Environment* const kHome = testing::AddGlobalTestEnvironment(new Home);

}  // namespace
}  // namespace cfkops::cli
