#include "surroundings.hpp"

#include "archive.hpp"
#include "archive_files.hpp"
#include "collect_fixture.hpp"

namespace cfkops::logs {
namespace {

using testing::Not;

class SurroundingsTest : public CollectTest {
 protected:
  SurroundingsTest() { transport.on("GET", "/*").refuse(403, "Forbidden", "not yours"); }

  /// The object of a pod with that container, as it stands in an archive.
  std::string written(const json& container) {
    json object = pod("p");
    object["spec"]["containers"][0].update(container);
    return archived(std::move(object));
  }

  std::string archived(json object) {
    object["kind"] = "Pod";
    EXPECT_THAT(read_surroundings(
                    reader, {kube::Object(Json(std::move(object)))}, "salt", documents, problems),
                IsOk());
    return decompressed(Compression::Zstd, store.parts().at("doc0.0"));
  }

  MemoryStore store;
  Documents documents{store, Compression::Zstd, "doc"};
  std::vector<std::string> problems;
};

TEST_F(SurroundingsTest, KeysNamesAndFlagsTellSecrets) {
  json container;
  container["args"] = {"--user", "app", "--password", "arg-pw", "--sasl.secret=flag-pw"};
  container["env"] = json::array({{{"name", "DB_PASSWORD"}, {"value", "env-pw"}}});
  container["password"] = "first\nsecond";
  const std::string text = written(container);
  for (const char* secret : {"arg-pw", "flag-pw", "env-pw", "first", "second"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(text, HasSubstr("app"));
  EXPECT_THAT(text, HasSubstr("DB_PASSWORD"));
}

TEST_F(SurroundingsTest, AnnotationsMayBeNull) {
  json object = pod("p");
  object["metadata"]["annotations"] = nullptr;
  EXPECT_THAT(archived(std::move(object)), HasSubstr("annotations: null"));
}

TEST_F(SurroundingsTest, WhatMayNotBeReadIsAProblemAndHidesNothing) {
  EXPECT_THAT(written(json::object()), HasSubstr("kind: Pod"));
  EXPECT_THAT(problems, testing::Contains(HasSubstr("not yours")));
}

}  // namespace
}  // namespace cfkops::logs
