#include "cfkops/base/text.hpp"
#include "cfkops/rehearse/runbook_test.hpp"
#include "cfkops/sandbox/inline.hpp"
#include "cfkops/sandbox/yaml_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

namespace cfkops::rehearse {
namespace {

using base::YamlNode;
using sandbox::YamlMap;

constexpr std::int64_t kMost = 1'000'000'000;
constexpr std::size_t kLongestPath = 500;

constexpr std::array<engine::RunResult, 11> kResults = {engine::RunResult::Succeeded,
                                                        engine::RunResult::Failed,
                                                        engine::RunResult::InvalidInput,
                                                        engine::RunResult::PrerequisiteFailed,
                                                        engine::RunResult::NotConfirmed,
                                                        engine::RunResult::ValidationFailed,
                                                        engine::RunResult::UndoIncomplete,
                                                        engine::RunResult::Interrupted,
                                                        engine::RunResult::Drifted,
                                                        engine::RunResult::Locked,
                                                        engine::RunResult::PolicyRefused};

std::vector<std::string> result_words() {
  std::vector<std::string> words;
  words.reserve(kResults.size());
  for (const engine::RunResult result : kResults) {
    words.emplace_back(to_string(result));
  }
  return words;
}

const std::vector<std::string>& pattern_keys() {
  static const std::vector<std::string> kKeys = {
      "method", "path", "resource", "namespace", "name", "step", "dry_run"};
  return kKeys;
}

RequestPattern read_pattern(const YamlMap& map, const SourcePos& pos) {
  static const std::vector<std::string> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  RequestPattern pattern;
  pattern.pos = pos;
  map.word("method", pattern.method, kMethods);
  map.text("path", pattern.path);
  map.text("resource", pattern.resource);
  map.text("namespace", pattern.ns);
  map.text("name", pattern.name);
  map.text("step", pattern.step);
  map.flag("dry_run", pattern.dry_run);
  if (pattern.path.size() > kLongestPath) {
    map.report("path", "is too long", fmt::format("write at most {} characters", kLongestPath));
  }
  if (!pattern.path.empty() && !pattern.path.starts_with('/')) {
    map.report(
        "path", "does not begin with '/'", "write the path as the API server has it: /api/v1/**");
  }
  return pattern;
}

/// It would match every request there is.
void refuse_empty(const YamlMap& map, const RequestPattern& pattern, const SourcePos& pos) {
  if (pattern.method.empty() && pattern.path.empty() && pattern.resource.empty() &&
      pattern.ns.empty() && pattern.name.empty() && pattern.step.empty()) {
    sandbox::report(map.errors(),
                    pos,
                    map.what() + " does not say which requests are meant",
                    "add 'method', 'path', 'resource', 'namespace', 'name' or 'step'");
  }
}

RequestCount read_count(const YamlNode& node, std::vector<Error>& errors) {
  std::vector<std::string> keys = pattern_keys();
  keys.insert(keys.end(), {"count", "least", "most"});
  YamlMap map(node, "an entry of 'requests'", errors);
  map.expect(keys);
  RequestCount count;
  count.pattern = read_pattern(map, node.pos);
  refuse_empty(map, count.pattern, node.pos);
  std::uint64_t number = 0;
  if (map.whole("count", number, {0, kMost})) {
    count.least = number;
    count.most = number;
  }
  if (map.has("count") && (map.has("least") || map.has("most"))) {
    map.report("count", "stands beside 'least' or 'most'", "write 'count', or the other two");
  }
  if (map.whole("least", number, {0, kMost})) {
    count.least = number;
  }
  if (map.whole("most", number, {0, kMost})) {
    count.most = number;
  }
  return count;
}

RequestPattern read_ordered(const YamlNode& node, std::vector<Error>& errors) {
  YamlMap map(node, "an entry of 'order'", errors);
  map.expect(pattern_keys());
  RequestPattern pattern = read_pattern(map, node.pos);
  refuse_empty(map, pattern, node.pos);
  return pattern;
}

void read_that(const YamlMap& map, ObjectExpectation& object) {
  std::string text;
  if (!map.text("that", text)) {
    return;
  }
  const auto parsed = runbook::Expression::parse(text, map.pos("that"));
  const auto type = parsed
                        ? parsed->check({{"object", runbook::Type::of(runbook::Type::Kind::Any)}})
                        : Result<runbook::Type>(parsed.error());
  if (!type) {
    map.errors().push_back(type.error());
    return;
  }
  object.that = *parsed;
  if (type->kind != runbook::Type::Kind::Bool && type->kind != runbook::Type::Kind::Any) {
    map.report("that", "is not true or false", "compare: object.spec.replicas == 3");
  }
}

ObjectExpectation read_object(const YamlNode& node, std::vector<Error>& errors) {
  static const std::vector<std::string> kKeys = {"kind", "name", "namespace", "missing", "that"};
  static const std::vector<std::string> kRequired = {"kind", "name"};
  YamlMap map(node, "an entry of 'objects'", errors);
  map.expect(kKeys, kRequired);
  ObjectExpectation object;
  object.pos = node.pos;
  map.text("kind", object.kind);
  map.text("name", object.name);
  map.text("namespace", object.ns);
  map.flag("missing", object.missing);
  read_that(map, object);
  if (object.missing && map.has("that")) {
    map.report("that", "asks about an object that is to be missing", "remove it, or 'missing'");
  }
  return object;
}

KafkaExpectation read_kafka(const YamlNode& node, std::vector<Error>& errors) {
  static const std::vector<std::string> kKeys = {"name",
                                                 "namespace",
                                                 "under_min_isr",
                                                 "without_acks",
                                                 "brokers_down",
                                                 "restarts",
                                                 "under_replicated"};
  YamlMap map(node, "an entry of 'kafka'", errors);
  map.expect(kKeys);
  KafkaExpectation kafka;
  kafka.pos = node.pos;
  map.text("name", kafka.name);
  map.text("namespace", kafka.ns);
  Duration duration = {};
  if (map.duration("under_min_isr", duration)) {
    kafka.under_min_isr = duration;
  }
  if (map.duration("without_acks", duration)) {
    kafka.without_acks = duration;
  }
  std::uint64_t number = 0;
  if (map.whole("brokers_down", number, {0, kMost})) {
    kafka.brokers_down = number;
  }
  if (map.whole("restarts", number, {0, kMost})) {
    kafka.restarts = number;
  }
  if (map.whole("under_replicated", number, {0, kMost})) {
    kafka.under_replicated = number;
  }
  return kafka;
}

std::vector<StepExpectation> read_steps(const YamlNode& node, std::vector<Error>& errors) {
  static const std::vector<std::string> kStates = {"done",
                                                   "skipped",
                                                   "failed",
                                                   "refused",
                                                   "unknown",
                                                   "stopped",
                                                   "passed_over",
                                                   "not_started",
                                                   "undone",
                                                   "undo_failed"};
  const YamlMap map(node, "'steps'", errors);
  std::vector<StepExpectation> steps;
  for (const YamlNode::Member& member : node.members) {
    StepExpectation step{.id = member.key, .state = {}, .pos = member.key_pos};
    map.word(member.key, step.state, kStates);
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Parameters as they are typed on a command line.
std::vector<std::pair<std::string, std::string>> read_params(const YamlNode& node,
                                                             std::vector<Error>& errors) {
  const YamlMap map(node, "'params'", errors);
  std::vector<std::pair<std::string, std::string>> params;
  for (const YamlNode::Member& member : node.members) {
    std::vector<std::string> words;
    if (member.value.is_scalar()) {
      words.push_back(member.value.scalar);
    }
    for (const YamlNode& item : member.value.items) {
      words.push_back(item.scalar);
    }
    const bool flat = std::all_of(member.value.items.begin(),
                                  member.value.items.end(),
                                  [](const YamlNode& item) { return item.is_scalar(); });
    if (!flat || !(member.value.is_scalar() || member.value.is_sequence())) {
      sandbox::report(errors,
                      member.value.pos,
                      fmt::format("parameter '{}' is no text and no list of texts", member.key),
                      "write it as it is typed behind --param, or as a list");
    }
    params.emplace_back(member.key, base::join(words, ","));
  }
  return params;
}

void read_given(const YamlNode& node,
                const std::string& file,
                RunbookTest& test,
                std::vector<Error>& errors) {
  static const std::vector<std::string> kKeys = {
      "scenario", "params", "faults", "namespace", "seed"};
  YamlMap map(node, "'given'", errors);
  map.expect(kKeys);
  if (const YamlNode* scenario = map.find("scenario")) {
    const std::string folder = std::filesystem::path(file).parent_path().string();
    test.scenario = sandbox::read_scenario(*scenario, folder, file, errors);
  }
  if (const YamlNode* params = map.find("params")) {
    test.params = read_params(*params, errors);
  }
  if (const YamlNode* faults = map.find("faults")) {
    test.faults = sandbox::read_faults(*faults, file, errors);
  }
  map.text("namespace", test.ns);
  map.whole("seed", test.scenario.seed, {0, std::numeric_limits<std::int64_t>::max()});
}

template <class Entry>
void read_list(const YamlMap& map,
               std::string_view key,
               std::vector<Entry>& into,
               Entry (*read)(const YamlNode&, std::vector<Error>&)) {
  for (const YamlNode* item : map.items(key)) {
    into.push_back(read(*item, map.errors()));
  }
}

void read_expect(const YamlNode& node, RunbookTest& test, std::vector<Error>& errors) {
  static const std::vector<std::string> kKeys = {
      "result", "exit_code", "error", "harm", "steps", "requests", "order", "objects", "kafka"};
  static const std::vector<std::string> kWords = result_words();
  YamlMap map(node, "'expect'", errors);
  map.expect(kKeys);
  std::string word;
  if (map.word("result", word, kWords)) {
    const auto at = std::find(kWords.begin(), kWords.end(), word) - kWords.begin();
    test.result = kResults.at(static_cast<std::size_t>(at));
  }
  int code = 0;
  if (map.whole("exit_code", code, {0, 255})) {
    test.exit_code = code;
  }
  map.text("error", test.error);
  map.flag("harm", test.harm);
  test.result_pos = map.pos("result");
  test.exit_code_pos = map.pos("exit_code");
  test.error_pos = map.pos("error");
  if (const YamlNode* steps = map.find("steps")) {
    test.steps = read_steps(*steps, errors);
  }
  read_list(map, "requests", test.requests, read_count);
  read_list(map, "order", test.order, read_ordered);
  read_list(map, "objects", test.objects, read_object);
  read_list(map, "kafka", test.kafka, read_kafka);
}

RunbookTest read_test(const YamlNode& node, const std::string& file, std::vector<Error>& errors) {
  static const std::vector<std::string> kKeys = {"name", "given", "expect"};
  static const std::vector<std::string> kRequired = {"name", "expect"};
  RunbookTest test;
  test.pos = node.pos;
  YamlMap map(node, "a test", errors);
  map.expect(kKeys, kRequired);
  if (map.text("name", test.name)) {
    map.rename("test '" + test.name + "'");
  }
  test.scenario = sandbox::find_scenario("healthy").value_or(sandbox::Scenario());
  if (const YamlNode* given = map.find("given")) {
    read_given(*given, file, test, errors);
  }
  if (const YamlNode* expect = map.find("expect")) {
    read_expect(*expect, test, errors);
  }
  return test;
}

std::vector<RunbookTest> read_tests(const YamlMap& map, const std::string& file) {
  std::vector<RunbookTest> tests;
  std::set<std::string> names;
  for (const YamlNode* item : map.items("tests")) {
    RunbookTest test = read_test(*item, file, map.errors());
    if (!test.name.empty() && !names.insert(test.name).second) {
      sandbox::report(map.errors(),
                      item->pos,
                      fmt::format("two tests have the name '{}'", test.name),
                      "write another 'name' in one of them");
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace

tl::expected<RunbookTestFile, std::vector<Error>> load_runbook_tests(std::string_view text,
                                                                     const std::string& file) {
  static const std::vector<std::string> kKeys = {"apiVersion", "kind", "runbook", "tests"};
  static const std::vector<std::string> kVersions = {"cfkops/v1"};
  static const std::vector<std::string> kKinds = {"RunbookTest"};
  const auto root = base::parse_yaml(text, file, base::YamlDialect::Strict);
  if (!root) {
    return tl::unexpected(root.error());
  }
  std::vector<Error> errors;
  RunbookTestFile tests;
  YamlMap map(*root, "the file of tests", errors);
  map.expect(kKeys, kKeys);
  std::string ignored;
  map.word("apiVersion", ignored, kVersions);
  map.word("kind", ignored, kKinds);
  map.text("runbook", tests.runbook);
  tests.runbook_pos = map.pos("runbook");
  tests.tests = read_tests(map, file);
  if (errors.empty() && tests.tests.empty()) {
    sandbox::report(errors, map.pos("tests"), "there are no tests", "add one: '- name: …'");
  }
  if (!errors.empty()) {
    sandbox::sort_by_place(errors);
    return tl::unexpected(std::move(errors));
  }
  return tests;
}

}  // namespace cfkops::rehearse
