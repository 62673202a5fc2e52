#include "read_guard.hpp"

#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::IsOk;

const std::string kProxy = "/api/v1/namespaces/confluent/pods/kafka-0:7777/proxy/";

TEST(ReadGuard, RefusesWhatMakesJolokiaWrite) {
  for (const char* path : {"jolokia/exec/java.lang:type=Memory/gc",
                           "jolokia/write/a:b=c/Attribute/1",
                           "jolokia/?p=exec/java.lang:type=Memory/gc",
                           "jolokia/read/a:b=c?p=exec/x",
                           "jolokia/read/a:b=c?x=1&p=exec/x",
                           "jolokia/read/a:b=c?x=1&%70=exec/x"}) {
    EXPECT_THAT(only_reads(kProxy + path), HasError(ErrorCode::Refused, "Jolokia executes"))
        << path;
  }
}

TEST(ReadGuard, RefusesAnOperationInDisguise) {
  for (const char* path : {"jolokia",
                           "jolokia/",
                           "jolokia/READ/x",
                           "jolokia/read/../exec/x",
                           "jolokia/read/..%2Fexec/x",
                           "jolokia/read/%252E%252E/exec/x",
                           "jolokia/%65xec/x",
                           "jolokia%2Fexec/x",
                           "%6Aolokia/exec/x",
                           "%256Aolokia/exec/x",
                           "app/../jolokia/exec/x",
                           "Jolokia/exec/x",
                           "/jolokia/exec/x",
                           "jolokia//exec/x"}) {
    EXPECT_THAT(only_reads(kProxy + path), HasError(ErrorCode::Refused)) << path;
  }
}

TEST(ReadGuard, LooksBehindEveryProxy) {
  const std::string exec = "/proxy/jolokia/exec/x";
  EXPECT_THAT(only_reads("/api/v1/namespaces/n/services/kafka:7777" + exec),
              HasError(ErrorCode::Refused));
  EXPECT_THAT(only_reads("/api/v1/nodes/n1:7777" + exec), HasError(ErrorCode::Refused));
}

TEST(ReadGuard, LetsReadingOperationsThrough) {
  for (const char* path : {"jolokia/version",
                           "jolokia/list/kafka.server",
                           "jolokia/search/kafka.server:*",
                           "jolokia/read/kafka.server%3Atype%3DX/Value%2CCount?ignoreErrors=true",
                           "metrics?p=1",
                           "100%",
                           ""}) {
    EXPECT_THAT(only_reads(kProxy + path), IsOk()) << path;
  }
}

TEST(ReadGuard, LeavesTheServersOwnAnswersAlone) {
  for (const char* target : {"/api/v1/namespaces/proxy/pods/jolokia-0",
                             "/api/v1/namespaces/proxy/pods/proxy/log?container=jolokia",
                             "/apis/apps/v1/namespaces/n/statefulsets/jolokia",
                             "/api/v1/nodes/jolokia",
                             "/version",
                             ""}) {
    EXPECT_THAT(only_reads(target), IsOk()) << target;
  }
}

}  // namespace
}  // namespace cfkops::kube
