#include "controllers/image_name.hpp"

#include <gtest/gtest.h>

namespace cfkops::sandbox {
namespace {

TEST(ImageName, IsWhatTheRuntimeCallsIt) {
  EXPECT_EQ(full_image_name("busybox:1"), "docker.io/library/busybox:1");
  EXPECT_EQ(full_image_name("busybox"), "docker.io/library/busybox:latest");
  EXPECT_EQ(full_image_name("confluentinc/cp-server:8.3.0"),
            "docker.io/confluentinc/cp-server:8.3.0");
  EXPECT_EQ(full_image_name("localhost/busybox:1"), "localhost/busybox:1");
  EXPECT_EQ(full_image_name("registry.test:5000/a/b"), "registry.test:5000/a/b:latest");
  EXPECT_EQ(full_image_name("a/b:2@sha256:00ff"), "docker.io/a/b@sha256:00ff");
}

TEST(ImageName, AnIdNamesTheDigestInPlaceOfTheTag) {
  const std::string id = image_id("registry.test:5000/a:1");
  EXPECT_TRUE(id.starts_with("registry.test:5000/a@sha256:")) << id;
  EXPECT_EQ(id.size(), std::string("registry.test:5000/a@sha256:").size() + 64);
  EXPECT_EQ(image_id("registry.test:5000/a:1"), id);
  EXPECT_NE(image_id("registry.test:5000/a:2"), id);
  EXPECT_EQ(image_id("a@sha256:00ff"), "docker.io/library/a@sha256:00ff");
}

}  // namespace
}  // namespace cfkops::sandbox
