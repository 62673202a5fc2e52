#include "backup_folder.hpp"
#include "kinds.hpp"
#include "objects_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using test::HasError;
using test::IsOk;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const runbook::ValueMap kTo = {{"to", "/nowhere/backup"}};

Backup read(const test::ObjectsBench& bench) {
  const auto backup = read_backup(bench.files, "/nowhere/backup", "");
  EXPECT_THAT(backup, IsOk());
  return backup ? *backup : Backup();
}

std::vector<std::string> names(const Backup& backup) {
  std::vector<std::string> names;
  for (const BackupEntry& entry : backup.entries) {
    names.push_back(entry.file);
  }
  return names;
}

const BackupEntry& entry(const Backup& backup, const std::string& file) {
  const auto found = std::ranges::find(backup.entries, file, &BackupEntry::file);
  EXPECT_NE(found, backup.entries.end()) << file;
  return *found;
}

TEST(ObjectsBackup, KeepsWhatPeopleWroteInTheOrderOfCreation) {
  test::ObjectsBench bench(test::kShop);
  const Outcome outcome = bench.apply(objects_backup(), kTo);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  const Backup backup = read(bench);
  EXPECT_THAT(names(backup),
              ElementsAre("shop/namespaces/shop.yaml",
                          "shop/configmaps/settings.yaml",
                          "shop/persistentvolumeclaims/data.yaml",
                          "shop/roles.rbac.authorization.k8s.io/reader.yaml",
                          "shop/rolebindings.rbac.authorization.k8s.io/reader.yaml",
                          "shop/services/web.yaml",
                          "shop/deployments.apps/web.yaml"));
  EXPECT_EQ(outcome.outputs.at("sha256").text(), backup.sha256);
  EXPECT_EQ(backup.about.run, "run-1");
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(ObjectsBackup, LeavesOutWhatTheServerSets) {
  test::ObjectsBench bench(test::kShop);
  bench.pass(std::chrono::seconds(30));
  ASSERT_EQ(bench.apply(objects_backup(), kTo).kind, Outcome::Kind::Done);
  const Backup backup = read(bench);
  for (const BackupEntry& one : backup.entries) {
    for (const char* path : {"/status",
                             "/metadata/uid",
                             "/metadata/resourceVersion",
                             "/metadata/managedFields",
                             "/metadata/creationTimestamp",
                             "/metadata/finalizers",
                             "/spec/clusterIP",
                             "/spec/volumeName"}) {
      EXPECT_FALSE(one.body.has(path)) << one.file << path;
    }
  }
  EXPECT_EQ(entry(backup, "shop/configmaps/settings.yaml").body.string_or("/data/color", ""),
            "blue");
}

TEST(ObjectsBackup, TellsWhoMakesWhatItLeavesOut) {
  test::ObjectsBench bench(test::kShop);
  bench.pass(std::chrono::seconds(30));
  const Outcome outcome = bench.apply(objects_backup(), kTo);
  std::vector<std::string> lines;
  for (const runbook::Value& line : *outcome.outputs.at("left_out").list()) {
    lines.push_back(line.text());
  }
  EXPECT_THAT(lines,
              AllOf(Contains(AllOf(HasSubstr("replicaset shop/web-"),
                                   HasSubstr("deployment web makes it"))),
                    Contains("secrets: their values were not asked for"),
                    Contains(HasSubstr("pods, jobs, events"))));
}

TEST(ObjectsBackup, KeepsNoSecretUnlessAsked) {
  test::ObjectsBench bench(test::kShop);
  ASSERT_EQ(bench.apply(objects_backup(), kTo).kind, Outcome::Kind::Done);
  EXPECT_THAT(test::all_text(bench.files), Not(HasSubstr("password")));
  EXPECT_THAT(bench
                  .apply(objects_backup(),
                         {{"to", "/nowhere/other"}, {"kinds", runbook::ValueList{"secrets"}}})
                  .why,
              HasSubstr("only where that is asked for"));
  ASSERT_EQ(bench.apply(objects_backup(), {{"to", "/nowhere/all"}, {"secrets", true}}).kind,
            Outcome::Kind::Done);
  EXPECT_THAT(test::all_text(bench.files),
              AllOf(HasSubstr("aHVudGVyMg=="), Not(HasSubstr("hunter2"))));
}

TEST(ObjectsBackup, TakesThoseWithTheLabelsAlone) {
  test::ObjectsBench bench(test::kShop);
  ASSERT_EQ(
      bench.apply(objects_backup(), {{"to", "/nowhere/backup"}, {"selector", "app=web"}}).kind,
      Outcome::Kind::Done);
  EXPECT_THAT(names(read(bench)),
              ElementsAre("shop/namespaces/shop.yaml", "shop/configmaps/settings.yaml"));
}

TEST(ObjectsBackup, NeverWritesOverAnotherOne) {
  test::ObjectsBench bench(test::kShop);
  ASSERT_EQ(bench.apply(objects_backup(), kTo).kind, Outcome::Kind::Done);
  const std::string before = test::all_text(bench.files);
  bench.patch("configmap", "shop", "settings", R"({"data": {"color": "red"}})");
  EXPECT_EQ(bench.apply(objects_backup(), kTo).kind, Outcome::Kind::Done) << "it is this run's";
  bench.context.run_id = "run-2";
  EXPECT_EQ(bench.apply(objects_backup(), kTo).kind, Outcome::Kind::Refused);
  EXPECT_THAT(bench.plan(objects_backup(), kTo),
              HasError(ErrorCode::Refused, "holds a backup already"));
  EXPECT_EQ(test::all_text(bench.files), before);
}

TEST(ObjectsBackup, IsNoneUntilItsIndexIsThere) {
  test::ObjectsBench bench(test::kShop);
  ASSERT_TRUE(bench.files.write("/nowhere/backup/shop/configmaps/settings.yaml", "half"));
  EXPECT_THAT(read_backup(bench.files, "/nowhere/backup", ""),
              HasError(ErrorCode::NotFound, "holds no backup"));
  EXPECT_EQ(bench.apply(objects_backup(), kTo).kind, Outcome::Kind::Done);
  EXPECT_THAT(read_backup(bench.files, "/nowhere/backup", ""), IsOk());
}

/// Has no room from the write of that number on.
class FullDisk final : public base::Files {
 public:
  FullDisk(base::Files& below, int fits)
      : below_(below),
        fits_(fits) {}

  [[nodiscard]] Result<std::string> read(const std::filesystem::path& path,
                                         std::size_t max_bytes) const override {
    return below_.read(path, max_bytes);
  }

  [[nodiscard]] Status write(const std::filesystem::path& path, std::string_view text) override {
    return fits_-- > 0 ? below_.write(path, text)
                       : Status(make_error(ErrorCode::Io, "no space left on device"));
  }

 private:
  base::Files& below_;
  int fits_;
};

TEST(ObjectsBackup, IsNoBackupWhereTheDiskIsFullAtAnyWrite) {
  test::ObjectsBench bench(test::kShop);
  for (int fits = 0;; ++fits) {
    FullDisk disk(bench.files, fits);
    bench.context.files = &disk;
    const Outcome outcome = bench.apply(objects_backup(), kTo);
    if (outcome.kind == Outcome::Kind::Done) {
      EXPECT_EQ(fits, 8);
      break;
    }
    EXPECT_THAT(outcome.why, HasSubstr("no space left"));
    EXPECT_THAT(read_backup(bench.files, "/nowhere/backup", ""),
                HasError(ErrorCode::NotFound, "holds no backup"));
    ASSERT_LT(fits, 100);
  }
}

TEST(ObjectsBackup, RefusesKindsThatCannotBeKept) {
  test::ObjectsBench bench(test::kShop);
  for (const char* kind : {"pods", "nodes", "events"}) {
    EXPECT_THAT(bench.plan(objects_backup(),
                           {{"to", "/nowhere/backup"}, {"kinds", runbook::ValueList{kind}}}),
                HasError(ErrorCode::InvalidInput, "cannot be kept"))
        << kind;
  }
}

TEST(ObjectsBackup, PlansAllItReadsAndWritesNothing) {
  test::ObjectsBench bench(test::kShop);
  const auto plan = bench.plan(
      objects_backup(), {{"to", "/nowhere/backup"}, {"kinds", runbook::ValueList{"cm", "deploy"}}});
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->changes, IsEmpty());
  std::vector<std::string> texts;
  for (const kube::AccessQuestion& question : plan->permissions) {
    texts.push_back(question.text());
  }
  EXPECT_THAT(texts,
              ElementsAre(HasSubstr("get namespaces"),
                          "list configmaps in namespace shop",
                          "get configmaps in namespace shop",
                          "list deployments.apps in namespace shop",
                          "get deployments.apps in namespace shop"));
  EXPECT_THAT(bench.files.written(), IsEmpty());
}

TEST(BackupFolder, IsRefusedWhereAFileWasChanged) {
  test::ObjectsBench bench(test::kShop);
  ASSERT_EQ(bench.apply(objects_backup(), kTo).kind, Outcome::Kind::Done);
  const std::string sha256 = read(bench).sha256;
  EXPECT_THAT(read_backup(bench.files, "/nowhere/backup", sha256), IsOk());
  EXPECT_THAT(read_backup(bench.files, "/nowhere/backup", std::string(64, '0')),
              HasError(ErrorCode::Refused, "the index of /nowhere/backup is not what was written"));
  ASSERT_TRUE(bench.files.write("/nowhere/backup/shop/configmaps/settings.yaml", "data: {}\n"));
  EXPECT_THAT(
      read_backup(bench.files, "/nowhere/backup", ""),
      HasError(ErrorCode::Refused, "shop/configmaps/settings.yaml is not what was written"));
}

TEST(BackupFolder, IsRefusedWhereItsIndexLeadsOutOfIt) {
  test::ObjectsBench bench(test::kShop);
  ASSERT_TRUE(bench.files.write(
      "/nowhere/backup/index.json",
      R"({"kind": "ObjectsBackup", "schemaVersion": 1, "objects": [{"file": "../x", "sha256": ""}]})"));
  EXPECT_THAT(read_backup(bench.files, "/nowhere/backup", ""),
              HasError(ErrorCode::Refused, "leads out of the folder"));
}

}  // namespace
}  // namespace cfkops::actions
