#include "bench.hpp"
#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::HasError;
using test::IsOk;

const std::string kSample = R"(
params:
  target: {type: "ref<StatefulSet>", doc: What to restart}
  settle: {type: duration, default: 30s, min: 10s, max: 5m}
  count: {type: int, min: 1, max: 9}
  mode: {type: enum, values: [fast, slow], default: slow}
  password: {type: secret}
steps: [{id: look, do: fake.script}]
)";

Result<runbook::ValueMap> resolve(Bench& bench,
                                  std::map<std::string, std::string> params,
                                  const std::string& sections = kSample) {
  const runbook::Runbook runbook = bench.load(sections);
  return resolve_params(
      bench.request(runbook, std::move(params)), bench.fakes.catalogue(), bench.client);
}

TEST(ResolveParams, TakesDefaultsAndTheOnlyObjectThereIs) {
  Bench bench;
  const auto values = resolve(bench, {{"count", "3"}});
  ASSERT_THAT(values, IsOk());
  EXPECT_EQ(values->at("target").member("uid")->text(), "uid-sts-kafka");
  EXPECT_EQ(values->at("settle").text(), "30s");
  EXPECT_EQ(values->at("count"), runbook::Value(3));
  EXPECT_EQ(values->at("mode").text(), "slow");
  EXPECT_FALSE(values->contains("password"));
}

TEST(ResolveParams, TakesTheObjectThatIsNamed) {
  for (const char* text : {"statefulset/orders",
                           "orders",
                           "StatefulSet/orders",
                           "confluent/orders",
                           "confluent/statefulset/orders"}) {
    Bench bench;
    bench.world.stateful_sets = {"kafka", "orders"};
    const auto values = resolve(bench, {{"target", text}});
    ASSERT_THAT(values, IsOk()) << text;
    EXPECT_EQ(values->at("target").member("uid")->text(), "uid-sts-orders");
  }
}

TEST(ResolveParams, ListsWhatThereIsToChooseFrom) {
  Bench bench;
  bench.world.stateful_sets = {"kafka", "orders"};
  EXPECT_THAT(resolve(bench, {}),
              HasError(ErrorCode::InvalidInput, "there are 2 objects of kind StatefulSet"));
  EXPECT_THAT(resolve(bench, {}),
              HasError(ErrorCode::InvalidInput,
                       "--param target=statefulset/kafka, --param target=statefulset/orders"));
  EXPECT_THAT(resolve(bench, {{"target", "order"}}),
              HasError(ErrorCode::InvalidInput, "did you mean 'orders'?"));
}

TEST(ResolveParams, TakesNoObjectOfAnotherNamespace) {
  Bench bench;
  EXPECT_THAT(resolve(bench, {{"target", "other/kafka"}}),
              HasError(ErrorCode::InvalidInput,
                       "no StatefulSet named 'other/kafka' in namespace confluent"));
}

TEST(ResolveParams, SaysWhatItLookedForAndWhere) {
  Bench bench;
  bench.world.stateful_sets = {};
  EXPECT_THAT(resolve(bench, {}),
              HasError(ErrorCode::InvalidInput, "there is no StatefulSet in namespace confluent"));
}

TEST(ResolveParams, NamesTheParameterAndItsLimits) {
  Bench bench;
  EXPECT_THAT(resolve(bench, {{"settle", "5s"}}),
              HasError(ErrorCode::InvalidInput,
                       "parameter 'settle' › 5s is less than the least allowed, 10s"));
  EXPECT_THAT(resolve(bench, {{"settle", "10m"}}),
              HasError(ErrorCode::InvalidInput, "more than the most allowed, 5m"));
  EXPECT_THAT(resolve(bench, {{"count", "10"}}), HasError(ErrorCode::InvalidInput, "'count'"));
  EXPECT_THAT(resolve(bench, {{"count", "many"}}),
              HasError(ErrorCode::InvalidInput, "expected int"));
  EXPECT_THAT(resolve(bench, {{"mode", "fats"}}), HasError(ErrorCode::InvalidInput, "fast"));
}

TEST(ResolveParams, TellsAllThatIsWrongAtOnce) {
  Bench bench;
  const auto values = resolve(bench, {{"settel", "1s"}, {"count", "many"}});
  EXPECT_THAT(values, HasError(ErrorCode::InvalidInput, "did you mean 'settle'?"));
  EXPECT_THAT(values, HasError(ErrorCode::InvalidInput, "parameter 'count'"));
  EXPECT_EQ(values.error().causes.size(), 2U);
}

TEST(ResolveParams, WantsWhatIsRequired) {
  Bench bench;
  EXPECT_THAT(resolve(bench,
                      {},
                      "params: {size: {type: int, required: true, doc: How many}}\n"
                      "steps: [{id: look, do: fake.script}]\n"),
              HasError(ErrorCode::InvalidInput, "parameter 'size' is required: How many"));
}

TEST(CheckParams, TellsWithoutAClusterAllButWhatAReferenceNames) {
  Bench bench;
  const runbook::Runbook book = bench.load(kSample);
  const auto check = [&](std::map<std::string, std::string> params) {
    return check_params(bench.request(book, std::move(params)));
  };
  EXPECT_THAT(check({{"target", "statefulset/nobody"}, {"password", "@/none"}}), IsOk());
  EXPECT_THAT(check({{"cuont", "1"}}), HasError(ErrorCode::InvalidInput, "did you mean 'count'?"));
  EXPECT_THAT(check({{"settle", "5s"}, {"mode", "slwo"}}),
              HasError(ErrorCode::InvalidInput, "2 parameters are wrong"));
  EXPECT_TRUE(bench.transport.log().empty());
}

TEST(CheckParams, AListThatDoesNotParseIsWrongInputToo) {
  Bench bench;
  const runbook::Runbook book = bench.load(
      "params: {topics: {type: list<string>}, size: {type: int, required: true, doc: How many}}\n"
      "steps: [{id: look, do: fake.script}]\n");
  EXPECT_THAT(check_params(bench.request(book, {{"topics", "['a'"}, {"size", "1"}})),
              HasError(ErrorCode::InvalidInput, "parameter 'topics'"));
  EXPECT_THAT(check_params(bench.request(book, {})),
              HasError(ErrorCode::InvalidInput, "parameter 'size' is required: How many"));
}

TEST(ResolveParams, TakesSecretsFromFilesAndTheEnvironmentOnly) {
  Bench bench;
  const test::TempDir folder;
  const std::string path = folder.write("password", "hunter22\n").string();
  const auto from_file = resolve(bench, {{"password", "@" + path}});
  ASSERT_THAT(from_file, IsOk());
  EXPECT_EQ(from_file->at("password").as<Redacted>()->reveal(), "hunter22");

  const auto written_out = resolve(bench, {{"password", "hunter22"}});
  EXPECT_THAT(written_out, HasError(ErrorCode::InvalidInput, "--param password=@FILE"));
  EXPECT_EQ(written_out.error().text().find("hunter22"), std::string::npos);
  const runbook::Runbook book = bench.load(kSample);
  const Status checked = check_params(bench.request(book, {{"password", "hunter22"}}));
  EXPECT_THAT(checked, HasError(ErrorCode::InvalidInput, "not taken from the command line"))
      << "before there is a log";
  EXPECT_EQ(checked.error().text().find("hunter22"), std::string::npos);
  EXPECT_THAT(resolve(bench, {{"password", "env:NO_SUCH_VARIABLE_HERE"}}),
              HasError(ErrorCode::InvalidInput, "NO_SUCH_VARIABLE_HERE"));
}

}  // namespace
}  // namespace cfkops::engine
