#include "container_image.hpp"

#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::actions {
namespace {

using nlohmann::json;
using testing::ElementsAre;

kube::Object deployment(const json& spec) {
  return kube::Object(Json(json{{"kind", "Deployment"},
                                {"metadata", {{"name", "web"}, {"namespace", "shop"}}},
                                {"spec", {{"template", {{"spec", spec}}}}}}));
}

kube::Object with_sidecar() {
  return deployment({{"initContainers", {{{"name", "migrate"}, {"image", "shop/web:1"}}}},
                     {"containers",
                      {{{"name", "web"}, {"image", "shop/web:1"}},
                       {{"name", "proxy"}, {"image", "mesh/proxy:7"}}}}});
}

TEST(ContainerImage, RepositoriesAreComparedInFull) {
  EXPECT_EQ(image_repository("nginx"), "docker.io/library/nginx");
  EXPECT_EQ(image_repository("shop/web:1"), "docker.io/shop/web");
  EXPECT_EQ(image_repository("host:5000/shop/web"), "host:5000/shop/web");
  EXPECT_EQ(image_repository("host:5000/shop/web:2@sha256:ab"), "host:5000/shop/web");
  EXPECT_EQ(image_digest("docker-pullable://shop/web@sha256:ab"), "sha256:ab");
  EXPECT_EQ(image_digest("sha256:ab"), "");
}

TEST(ContainerImage, OnlyAVersionOrADigestNamesOne) {
  EXPECT_FALSE(image_name_objection("shop/web:1.4.2"));
  EXPECT_FALSE(image_name_objection("shop/web@sha256:ab"));
  EXPECT_FALSE(image_name_objection("host:5000/web:latest@sha256:ab"));
  for (const char* image :
       {"shop/web", "host:5000/web", "shop/web:latest", "shop/web@ab", "", "a b:1", "@sha256:ab"}) {
    EXPECT_TRUE(image_name_objection(image)) << image;
  }
}

TEST(ContainerImage, IsForAllContainersOfItsRepository) {
  const auto chosen = containers_for(with_sidecar(), "", "docker.io/shop/web:2");
  ASSERT_THAT(chosen, test::IsOk());
  EXPECT_THAT(image_texts(*chosen), ElementsAre("web=shop/web:1", "migrate=shop/web:1"));
}

TEST(ContainerImage, IsForTheOnlyOneWhereNoneIsOfItsRepository) {
  const auto chosen =
      containers_for(deployment({{"containers", {{{"name", "web"}, {"image", "shop/web:1"}}}}}),
                     "",
                     "mirror.example.com/web:2");
  ASSERT_THAT(chosen, test::IsOk());
  EXPECT_THAT(image_texts(*chosen), ElementsAre("web=shop/web:1"));
}

TEST(ContainerImage, IsForTheOneThatIsNamed) {
  const auto chosen = containers_for(with_sidecar(), "proxy", "shop/web:2");
  ASSERT_THAT(chosen, test::IsOk());
  EXPECT_THAT(image_texts(*chosen), ElementsAre("proxy=mesh/proxy:7"));
  EXPECT_THAT(containers_for(with_sidecar(), "poxy", "shop/web:2"),
              test::HasError(ErrorCode::Refused, "did you mean 'proxy'"));
}

TEST(ContainerImage, IsForNoneWhereItCannotBeTold) {
  EXPECT_THAT(containers_for(with_sidecar(), "", "other/thing:2"),
              test::HasError(ErrorCode::Refused, "which one is meant cannot be told"));
}

TEST(ContainerImage, IsPatchedByTheContainersName) {
  EXPECT_EQ(image_patch({{.list = "containers", .container = "web", .image = "shop/web:2"}}).raw(),
            json::parse(R"({"spec": {"template": {"spec": {"containers": [
                {"name": "web", "image": "shop/web:2"}]}}}})"));
}

}  // namespace
}  // namespace cfkops::actions
