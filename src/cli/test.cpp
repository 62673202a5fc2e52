#include "commands.hpp"
#include "exit_code.hpp"
#include "library.hpp"
#include "load.hpp"
#include "test_report.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/rehearse/runbook_test.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultFolder = "runbooks";
constexpr std::size_t kMostBytes = std::size_t{16} << 20U;

/// The files that words of the command line mean, each once, in their order. Errors: NotFound.
Result<std::vector<std::string>> files_of(const std::vector<std::string>& words) {
  std::vector<std::string> files;
  for (const std::string& word : words) {
    std::vector<std::string> found = {word};
    std::error_code ignored;
    if (fs::is_directory(word, ignored)) {
      CFKOPS_ASSIGN(found, test_files_below(word));
    } else if (!fs::exists(word, ignored)) {
      return make_error(ErrorCode::NotFound,
                        word + ": there is no such file or folder",
                        "name a file of kind RunbookTest, or a folder that holds *.test.yaml");
    }
    std::copy_if(
        found.begin(), found.end(), std::back_inserter(files), [&](const std::string& one) {
          return std::find(files.begin(), files.end(), one) == files.end();
        });
  }
  if (files.empty()) {
    return make_error(ErrorCode::NotFound,
                      "there are no tests in " + base::enumerate(words),
                      "write one: docs/runbook-tests.md; its name ends in .test.yaml");
  }
  return files;
}

/// A runbook as a file of tests names it: a path is relative to that file.
std::string runbook_word(const std::string& written, const std::string& file) {
  const bool path = written.find('/') != std::string::npos || written.ends_with(".yaml") ||
                    written.ends_with(".yml");
  if (!path || fs::path(written).is_absolute()) {
    return written;
  }
  const fs::path folder = fs::path(file).parent_path();
  return ((folder.empty() ? fs::path(".") : folder) / written).lexically_normal().string();
}

/// What is wrong, where, and what next, in lines.
std::string reason_of(const Error& error) {
  return (error.pos ? error.pos->text() + ": " : "") + error.text() +
         (error.hint.empty() ? "" : "\n  next: " + error.hint);
}

/// Runs the tests of files, those with the filter in their name.
class Tester {
 public:
  explicit Tester(std::string filter)
      : filter_(std::move(filter)) {}

  /// The result has no tests where none is meant.
  TestedFile run(const std::string& path) const;

 private:
  /// Where that fails the file gets its reasons.
  [[nodiscard]] static std::optional<rehearse::RunbookTestFile> read(TestedFile& file);
  void run_tests(const rehearse::RunbookTestFile& tests,
                 const runbook::Runbook& book,
                 TestedFile& file) const;

  std::string filter_;
};

std::optional<rehearse::RunbookTestFile> Tester::read(TestedFile& file) {
  const auto text = base::read_file(file.path, kMostBytes);
  if (!text) {
    file.reasons.push_back(reason_of(text.error()));
    return std::nullopt;
  }
  auto tests = rehearse::load_runbook_tests(*text, file.path);
  if (!tests) {
    std::ranges::transform(tests.error(), std::back_inserter(file.reasons), reason_of);
    return std::nullopt;
  }
  return *std::move(tests);
}

void Tester::run_tests(const rehearse::RunbookTestFile& tests,
                       const runbook::Runbook& book,
                       TestedFile& file) const {
  const rehearse::TestSubject subject{
      .runbook = book,
      .catalogue = actions::catalogue(),
      .exit_code = [](const engine::RunReport& report) { return exit_code(report); },
      .folder = fs::absolute(file.path).parent_path()};
  for (const rehearse::RunbookTest& test : tests.tests) {
    if (test.name.find(filter_) == std::string::npos) {
      continue;
    }
    auto result = rehearse::run_test(test, subject);
    if (result) {
      file.tests.push_back(*std::move(result));
      continue;
    }
    rehearse::RunbookTestResult failed;
    failed.name = test.name;
    failed.pos = test.pos;
    failed.summary = "it could not begin";
    failed.unmet = {{.pos = test.pos, .text = "it could not begin: " + result.error().text()}};
    file.tests.push_back(std::move(failed));
  }
}

TestedFile Tester::run(const std::string& path) const {
  TestedFile file{.path = path, .runbook = {}};
  const auto tests = read(file);
  if (!tests) {
    file.broken = "the file cannot be used";
    return file;
  }
  file.runbook = runbook_word(tests->runbook, path);
  Loading book = try_load(file.runbook);
  if (!book.runbook) {
    file.broken = tests->runbook_pos.text() + ": the runbook cannot be used; see: cfkops lint " +
                  base::shell_word(file.runbook);
    file.reasons = std::move(book.findings);
    if (book.error) {
      file.reasons.push_back(reason_of(*book.error));
    }
    for (std::string& reason : file.reasons) {
      reason = std::string(base::trim(reason));
    }
    return file;
  }
  run_tests(*tests, *book.runbook, file);
  return file;
}

std::string report_of(const std::vector<TestedFile>& files, Output output) {
  switch (output) {
    case Output::Json:
      return test_json(files);
    case Output::Junit:
      return test_junit(files);
    default:
      return test_text(files);
  }
}

}  // namespace

int test_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::vector<std::string> words = arguments.names.empty()
                                             ? std::vector<std::string>{std::string(kDefaultFolder)}
                                             : arguments.names;
  const auto paths = files_of(words);
  if (!paths) {
    show_error(environment.terminal, paths.error());
    return kUsage;
  }
  const Tester tester(arguments.filter);
  std::vector<TestedFile> files;
  for (const std::string& path : *paths) {
    TestedFile file = tester.run(path);
    if (!file.tests.empty() || !file.broken.empty()) {
      files.push_back(std::move(file));
    }
  }
  if (files.empty()) {
    return fail(environment,
                make_error(ErrorCode::InvalidInput,
                           "no test has '" + arguments.filter + "' in its name",
                           "leave --filter out to see the names"));
  }
  environment.terminal.out(report_of(files, arguments.global.output));
  const TestCounts counts = count(files);
  if (arguments.global.output == Output::Text) {
    environment.terminal.err(std::to_string(counts.passed) + " passed, " +
                             std::to_string(counts.failed) + " failed\n");
  }
  return counts.failed == 0 ? kOk : kUsage;
}

}  // namespace cfkops::cli
