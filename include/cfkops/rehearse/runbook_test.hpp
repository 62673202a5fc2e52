#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"
#include "cfkops/sandbox/faults.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::rehearse {

/// Requests that a run sent, as a test names them; what is empty matches all. Dry runs count only
/// where `dry_run` says so.
struct RequestPattern {
  std::string method;
  std::string path;      ///< `*` is any text without '/', `**` any text
  std::string resource;  ///< "pods/eviction"
  std::string ns;
  std::string name;
  std::string step;
  bool dry_run = false;
  SourcePos pos;
};

/// How often they are expected; nothing of both: at least once.
struct RequestCount {
  RequestPattern pattern;
  std::optional<std::uint64_t> least;
  std::optional<std::uint64_t> most;
};

/// What an object is expected to be when the run is over.
struct ObjectExpectation {
  std::string kind;
  std::string name;
  std::string ns;            ///< "": that of the run
  bool missing = false;      ///< there is none
  runbook::Expression that;  ///< of `object`; empty: that it is there
  SourcePos pos;
};

/// What users of a Kafka are expected to have noticed; durations and brokers at most, the rest
/// exactly.
struct KafkaExpectation {
  std::string name;  ///< "": the only one
  std::string ns;
  std::optional<Duration> under_min_isr;
  std::optional<Duration> without_acks;  ///< of a partition, in one piece
  std::optional<std::uint64_t> brokers_down;
  std::optional<std::uint64_t> restarts;
  std::optional<std::uint64_t> under_replicated;
  SourcePos pos;
};

/// How a step is expected to end.
struct StepExpectation {
  std::string id;
  std::string state;
  SourcePos pos;
};

/// One test of a runbook.
struct RunbookTest {
  std::string name;
  SourcePos pos;
  sandbox::Scenario scenario;
  std::vector<std::pair<std::string, std::string>> params;
  std::vector<sandbox::Fault> faults;
  std::string ns;  ///< "": that of the scenario's first Kafka, else "default"
  std::optional<engine::RunResult> result;
  SourcePos result_pos;
  std::optional<int> exit_code;
  SourcePos exit_code_pos;
  std::string error;  ///< a part of what the run says went wrong
  SourcePos error_pos;
  bool harm = false;  ///< it is expected to do harm
  std::vector<StepExpectation> steps;
  std::vector<RequestCount> requests;
  std::vector<RequestPattern> order;
  std::vector<ObjectExpectation> objects;
  std::vector<KafkaExpectation> kafka;
};

/// A file of kind RunbookTest.
struct RunbookTestFile {
  std::string runbook;  ///< a name, or a path as it is written, relative to the file
  SourcePos runbook_pos;
  std::vector<RunbookTest> tests;
};

/// Reads such a file (docs/runbook-tests.md). Errors: InvalidInput with line and column, all that
/// were found.
[[nodiscard]] tl::expected<RunbookTestFile, std::vector<Error>> load_runbook_tests(
    std::string_view text, const std::string& file);

/// What was expected and is not so.
struct Unmet {
  SourcePos pos;     ///< of the expectation
  std::string text;  ///< what was expected, and what was instead
};

/// How a test went.
struct RunbookTestResult {
  std::string name;
  SourcePos pos;
  std::vector<Unmet> unmet;  ///< empty: it passed
  engine::RunResult result = engine::RunResult::Failed;
  std::string summary;  ///< of the run
  Duration took = {};   ///< in simulated time
};

/// What a test runs; borrowed where it is a reference.
struct TestSubject {
  const runbook::Runbook& runbook;
  const engine::Catalogue& catalogue;
  /// What a program would exit with after such a run.
  std::function<int(const engine::RunReport&)> exit_code;
  std::filesystem::path folder = {};  ///< from which relative paths of files count
};

/// Carries the runbook out on a cluster of the test's own and compares. A run that does harm
/// (docs/rehearsal.md) does not meet the expectations unless harm is one of them. The same test
/// gives the same result. Errors: InvalidInput for a scenario that cannot be begun.
[[nodiscard]] Result<RunbookTestResult> run_test(const RunbookTest& test,
                                                 const TestSubject& subject);

}  // namespace cfkops::rehearse
