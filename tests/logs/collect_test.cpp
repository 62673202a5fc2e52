#include "archive_files.hpp"
#include "collect_fixture.hpp"

#include <map>

namespace cfkops::logs {
namespace {

/// The files of an archive, by path.
std::map<std::string, std::string> files_of(const std::string& path) {
  return files_of(*compression_of(path), *base::read_file(path));
}

TEST_F(CollectTest, ArchiveHasTheLogItsIndexAndItsSums) {
  log("p").stream({line(1, "one"), line(2, "password=hunter2")});
  const auto collection = collect_now();
  const CollectedLog& collected = only(collection);
  EXPECT_EQ(collected.coverage.complete, Complete::Yes);
  const auto files = files_of(request.name);
  EXPECT_THAT(files.at("logs/logs/a/p/c.log"), HasSubstr(line(1, "one")));
  EXPECT_THAT(files.at("logs/logs/a/p/c.log"), HasSubstr("password=[redacted password "));
  EXPECT_THAT(files.at("logs/SHA256SUMS"), HasSubstr(collected.sha256 + "  logs/a/p/c.log\n"));
  EXPECT_THAT(files.at("logs/coverage.txt"), HasSubstr("a/p c\n  complete: yes"));
  const json index = json::parse(files.at("logs/index.json"));
  EXPECT_EQ(index["logs"][0]["redacted"]["password"], 1);
  EXPECT_EQ(index["totals"]["complete"], 1);
  EXPECT_FALSE(std::filesystem::exists(partial_folder(request.name)));
}

TEST_F(CollectTest, BothKindsOfArchiveVerify) {
  log("p").stream({line(1, "one")});
  for (const char* name : {"x.tar.zst", "x.tar.gz"}) {
    request.name = (folder.path() / name).string();
    ASSERT_THAT(collect_now(), IsOk());
    const auto verified = verify_archive(request.name);
    ASSERT_THAT(verified, IsOk());
    EXPECT_EQ(verified->faults, std::vector<std::string>());
    EXPECT_EQ(verified->complete, 1U);
    EXPECT_EQ(verified->files, 4U);
  }
}

TEST_F(CollectTest, DamagedArchiveIsFound) {
  log("p").stream({line(1, "one")});
  ASSERT_THAT(collect_now(), IsOk());
  std::string bytes = *base::read_file(request.name);
  bytes.resize(bytes.size() / 2);
  ASSERT_THAT(base::write_private_file(request.name, bytes), IsOk());
  EXPECT_THAT(verify_archive(request.name), HasError(ErrorCode::Protocol, "damaged"));
}

TEST_F(CollectTest, ConnectionThatBreaksLosesAndRepeatsNoLine) {
  log("p")
      .stream({line(1, "one"), line(2, "two"), line(2, "three"), "2026-01-02T03:00:0"})
      .fail_with(make_error(ErrorCode::ConnectionLost, "reset"))
      .stream({line(2, "two"), line(2, "three"), line(2, "four"), line(3, "five")});
  const auto collection = collect_now();
  EXPECT_EQ(only(collection).coverage.complete, Complete::Yes);
  EXPECT_EQ(files_of(request.name).at("logs/logs/a/p/c.log"),
            line(1, "one") + line(2, "two") + line(2, "three") + line(2, "four") + line(3, "five"));
  EXPECT_THAT(transport.calls().back().request.target, HasSubstr("sinceTime=2026-01-02T03%3A00"));
}

TEST_F(CollectTest, RotationAmidABreakIsNamed) {
  log("p")
      .stream({line(1, "one")})
      .fail_with(make_error(ErrorCode::ConnectionLost, "reset"))
      .stream({line(50, "two")});
  const Coverage coverage = only(collect_now()).coverage;
  EXPECT_EQ(coverage.complete, Complete::No);
  ASSERT_EQ(coverage.gaps.size(), 1U);
  EXPECT_EQ(coverage.gaps[0].why, "rotated away while it was read");
  EXPECT_EQ(coverage.gaps[0].to - coverage.gaps[0].from, seconds(49));
}

TEST_F(CollectTest, LogThatBeginsLateAmidSteadyLinesWasRotated) {
  std::string text;
  for (int second = 100; second < 220; ++second) {
    text += line(second, "x");
  }
  log("p").stream({text});
  const Coverage coverage = only(collect_now()).coverage;
  EXPECT_EQ(coverage.complete, Complete::No);
  ASSERT_EQ(coverage.gaps.size(), 1U);
  EXPECT_EQ(coverage.gaps[0].why, "rotated away");
  EXPECT_EQ(base::format_rfc3339_seconds(coverage.gaps[0].from), "2026-01-02T03:00:00Z");
}

TEST_F(CollectTest, LogThatBeginsLateWithFewLinesIsUnknown) {
  log("p").stream({line(100, "x")});
  EXPECT_EQ(only(collect_now()).coverage.complete, Complete::Unknown);
}

TEST_F(CollectTest, WindowIsProvenByTheOldestLine) {
  request.since = seconds(60);
  log("p", "?container=c&timestamps=true&limitBytes=64").stream({line(1, "old")});
  log("p", "?container=c&sinceTime=2026-01-02T03%3A03%3A05.000000Z&timestamps=true")
      .stream({line(200, "new")});
  const Coverage coverage = only(collect_now()).coverage;
  EXPECT_EQ(coverage.complete, Complete::Yes) << coverage.why;
  EXPECT_EQ(coverage.lines.lines, 1U);
  EXPECT_EQ(base::format_rfc3339_seconds(*coverage.from), "2026-01-02T03:03:05Z");
}

TEST_F(CollectTest, TailSaysWhatItLeavesOut) {
  request.tail = 1;
  log("p", "?container=c&timestamps=true&limitBytes=64").stream({line(1, "old")});
  log("p", "?container=c&timestamps=true&tailLines=1").stream({line(9, "new")});
  const Coverage coverage = only(collect_now()).coverage;
  EXPECT_EQ(coverage.complete, Complete::No);
  EXPECT_EQ(coverage.limits, std::vector<std::string>({"tail"}));
}

TEST_F(CollectTest, LastWordsOfAKubeletAreNoLine) {
  log("p").stream({line(1, "one"), "unable to retrieve container logs for containerd://1"});
  const Coverage coverage = only(collect_now()).coverage;
  EXPECT_EQ(coverage.complete, Complete::No);
  EXPECT_THAT(coverage.why, HasSubstr("unable to retrieve"));
}

TEST_F(CollectTest, LastWordsOfAKubeletHaveNoSecretsEither) {
  log("p").stream({line(1, "one"), "cannot open password=hunter2"});
  EXPECT_THAT(only(collect_now()).coverage.why, testing::Not(HasSubstr("hunter2")));
}

TEST_F(CollectTest, LineThatIsTooLongIsCutAndTheLogNotComplete) {
  log("p").stream({line(1, std::string(std::size_t{2} << 20U, 'x')), line(2, "two")});
  const Coverage coverage = only(collect_now()).coverage;
  EXPECT_EQ(coverage.complete, Complete::No);
  EXPECT_EQ(coverage.limits, std::vector<std::string>({"line-size"}));
  EXPECT_EQ(coverage.lines.lines, 2U);
  EXPECT_THAT(files_of(request.name).at("logs/logs/a/p/c.log"),
              HasSubstr("more bytes of this line were left out]\n2026-"));
}

TEST_F(CollectTest, MistakenSelectionIsInTheWayOfNothing) {
  log("p").stream({line(1, "one")});
  request.selection.containers = {"none"};
  EXPECT_THAT(collect_now(), HasError(ErrorCode::NotFound, "no such container"));
  EXPECT_FALSE(std::filesystem::exists(partial_folder(request.name)));
  request.selection.containers.clear();
  EXPECT_THAT(collect_now(), IsOk());
}

TEST_F(CollectTest, FolderIsNoPlaceForAnArchive) {
  std::filesystem::create_directory(request.name);
  EXPECT_THAT(folder_store(request.name), HasError(ErrorCode::InvalidInput, "a directory"));
}

TEST_F(CollectTest, OneRefusalHidesNothingElse) {
  pods = {pod("p"), pod("q")};
  log("p").stream({line(1, "one")});
  log("q").refuse(403, "Forbidden", "no");
  const auto collection = collect_now();
  ASSERT_THAT(collection, IsOk());
  EXPECT_EQ(collection->count(Complete::Yes), 1U);
  EXPECT_EQ(collection->count(Complete::No), 1U);
  EXPECT_THAT(collection->logs.at(1).coverage.why, HasSubstr("no"));
}

TEST_F(CollectTest, PreviousRunsAndInitContainersAreRead) {
  pods[0]["spec"]["initContainers"] = {{{"name", "i"}}};
  pods[0]["status"]["initContainerStatuses"] = {
      {{"name", "i"},
       {"state",
        {{"terminated",
          {{"startedAt", "2026-01-02T02:00:00Z"}, {"finishedAt", "2026-01-02T02:00:09Z"}}}}}}};
  pods[0]["status"]["containerStatuses"][0]["lastState"] = {
      {"terminated",
       {{"startedAt", "2026-01-02T02:30:00Z"}, {"finishedAt", "2026-01-02T02:59:00Z"}}}};
  log("p", "?container=i&timestamps=true").stream({"2026-01-02T02:00:01Z init\n"});
  log("p", "?container=c&previous=true&timestamps=true").stream({"2026-01-02T02:30:01Z before\n"});
  log("p", "?container=c&timestamps=true").stream({line(1, "now")});
  ASSERT_THAT(collect_now(), IsOk());
  const auto files = files_of(request.name);
  EXPECT_TRUE(files.contains("logs/logs/a/p/i.log"));
  EXPECT_EQ(files.at("logs/logs/a/p/c.previous.log"), "2026-01-02T02:30:01Z before\n");
  EXPECT_EQ(files.at("logs/logs/a/p/c.log"), line(1, "now"));
}

TEST_F(CollectTest, OfTooMuchTheNewestStays) {
  request.limits.container_bytes = std::uint64_t{256} << 10U;
  auto& rule = log("p").stream({});
  const std::string filler(1000, 'x');
  for (int second = 1; second < 500; ++second) {
    rule.piece(std::chrono::milliseconds(1), line(second, filler) + line(second, filler));
  }
  const auto collection = collect_now();
  const CollectedLog& collected = only(collection);
  EXPECT_EQ(collected.coverage.complete, Complete::No);
  EXPECT_EQ(collected.coverage.limits, std::vector<std::string>({"container-size"}));
  EXPECT_LE(collected.coverage.lines.bytes, request.limits.container_bytes);
  EXPECT_GE(collected.coverage.lines.bytes, request.limits.container_bytes * 3 / 5);
  const std::string text = files_of(request.name).at("logs/logs/a/p/c.log");
  EXPECT_THAT(text, testing::StartsWith("[cfkops: "));
  EXPECT_TRUE(text.ends_with(line(499, filler)));
  EXPECT_EQ(verify_archive(request.name)->faults, std::vector<std::string>());
}

TEST_F(CollectTest, SilentConnectionIsAskedAgain) {
  log("p").stream({line(1, "one")}).open().stream({line(1, "one"), line(2, "two")});
  EXPECT_EQ(only(collect_now()).coverage.lines.lines, 2U);
}

TEST_F(CollectTest, TimeLimitEndsItAndSaysSo) {
  request.limits.time = seconds(30);
  log("p").stream({line(1, "one")}).open();
  const Coverage coverage = only(collect_now()).coverage;
  EXPECT_EQ(coverage.complete, Complete::No);
  EXPECT_THAT(coverage.why, HasSubstr("time limit"));
  EXPECT_EQ(coverage.lines.lines, 1U);
}

TEST_F(CollectTest, FewStreamsAtOncePerNode) {
  pods.clear();
  for (int number = 0; number < 9; ++number) {
    pods.push_back(pod("p" + std::to_string(number)));
  }
  std::size_t most = 0;
  transport.on("GET", "/api/v1/namespaces/a/pods/*").handle([&](const kube::Request&) {
    most = std::max(most, transport.in_flight());
    test::Answer answer = test::reply(200, "2026-01-02T03:00:01Z x\n");
    answer.delay = seconds(1);
    return answer;
  });
  ASSERT_THAT(collect_now(), IsOk());
  EXPECT_EQ(most, request.limits.streams_per_node);
}

TEST_F(CollectTest, NothingSelectedIsAnError) {
  pods.clear();
  EXPECT_THAT(collect_now(), HasError(ErrorCode::NotFound, "no pod is selected"));
}

}  // namespace
}  // namespace cfkops::logs
