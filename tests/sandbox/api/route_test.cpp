#include "api/route.hpp"

#include "api/request_info.hpp"

#include <gtest/gtest.h>

namespace cfkops::sandbox {
namespace {

TEST(QueryTest, DecodesNamesAndValuesInTheirOrder) {
  const Query query("command=ls&command=-l+x&label%53elector=a%3Db%2Cc&watch");
  EXPECT_EQ(query.all("command"), (std::vector<std::string>{"ls", "-l x"}));
  EXPECT_EQ(query.get("labelSelector"), "a=b,c");
  EXPECT_TRUE(query.has("watch"));
  EXPECT_EQ(query.get("absent"), "");
}

TEST(RequestInfoTest, TellsNamespacesFromWhatIsInThem) {
  const RequestInfo own = read_path("/api/v1/namespaces/a/status");
  EXPECT_EQ(own.plural, "namespaces");
  EXPECT_EQ(own.ns, "a");
  EXPECT_EQ(own.name, "a");
  EXPECT_EQ(own.subresource, "status");
  const RequestInfo pod = read_path("/api/v1/watch/namespaces/a/pods/p");
  EXPECT_TRUE(pod.watch);
  EXPECT_EQ(pod.plural, "pods");
  EXPECT_EQ(pod.name, "p");
}

TEST(RequestInfoTest, KeepsWhatStandsBehindAProxy) {
  const RequestInfo info = read_path("/api/v1/namespaces/a/pods/p:80/proxy/x/y");
  EXPECT_EQ(info.name, "p:80");
  EXPECT_EQ(info.subresource, "proxy");
  EXPECT_EQ(info.rest, "x/y");
}

TEST(RequestInfoTest, TakesDiscoveryForNoResource) {
  EXPECT_FALSE(read_path("/apis/apps/v1").is_resource);
  EXPECT_FALSE(read_path("/api/v1").is_resource);
  EXPECT_FALSE(read_path("/version").is_resource);
}

}  // namespace
}  // namespace cfkops::sandbox
