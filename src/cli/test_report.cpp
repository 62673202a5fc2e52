#include "test_report.hpp"

#include "json_line.hpp"
#include "xml.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::cli {
namespace {

std::string told(const rehearse::Unmet& unmet) {
  return unmet.pos.text() + ": " + unmet.text;
}

std::string indented(const std::string& lines) {
  std::string text;
  for (const std::string& line : base::split(lines, '\n')) {
    text += "        " + line + "\n";
  }
  return text;
}

nlohmann::json json_of(const TestedFile& file, const rehearse::RunbookTestResult& test) {
  nlohmann::json unmet = nlohmann::json::array();
  for (const rehearse::Unmet& one : test.unmet) {
    unmet.push_back({{"line", one.pos.line}, {"column", one.pos.column}, {"text", one.text}});
  }
  return {{"file", file.path},
          {"line", test.pos.line},
          {"name", test.name},
          {"runbook", file.runbook},
          {"passed", test.unmet.empty()},
          {"result", engine::to_string(test.result)},
          {"summary", test.summary},
          {"seconds", base::in_seconds(test.took)},
          {"unmet", std::move(unmet)}};
}

/// A file none of whose tests was run, as if it were one test.
nlohmann::json json_of(const TestedFile& file) {
  nlohmann::json unmet = nlohmann::json::array();
  for (const std::string& reason : file.reasons) {
    unmet.push_back({{"line", 0}, {"column", 0}, {"text", reason}});
  }
  return {{"file", file.path},
          {"line", 0},
          {"name", ""},
          {"runbook", file.runbook},
          {"passed", false},
          {"result", nullptr},
          {"summary", file.broken},
          {"seconds", 0.0},
          {"unmet", std::move(unmet)}};
}

std::string junit_case(const std::string& path, const std::string& name, double time) {
  return fmt::format(
      R"(    <testcase classname="{}" name="{}" time="{:.3f}")", xml(path), xml(name), time);
}

std::string junit_failure(const std::string& message, const std::string& body) {
  return fmt::format(
      ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", xml(message), xml(body));
}

std::string junit_cases(const TestedFile& file) {
  if (!file.broken.empty()) {
    const std::string body = file.broken + "\n" + base::join(file.reasons, "\n");
    return junit_case(file.path, "the file", 0) + junit_failure(file.broken, body);
  }
  std::string cases;
  for (const rehearse::RunbookTestResult& test : file.tests) {
    cases += junit_case(file.path, test.name, base::in_seconds(test.took));
    if (test.unmet.empty()) {
      cases += "/>\n";
      continue;
    }
    std::string body;
    for (const rehearse::Unmet& one : test.unmet) {
      body += told(one) + "\n";
    }
    cases += junit_failure(test.unmet.front().text, body);
  }
  return cases;
}

}  // namespace

TestCounts count(std::span<const TestedFile> files) {
  TestCounts counts;
  for (const TestedFile& file : files) {
    counts.failed += file.broken.empty() ? 0U : 1U;
    for (const rehearse::RunbookTestResult& test : file.tests) {
      ++(test.unmet.empty() ? counts.passed : counts.failed);
    }
  }
  return counts;
}

std::string test_text(std::span<const TestedFile> files) {
  std::string text;
  for (const TestedFile& file : files) {
    text += file.path + (file.runbook.empty() ? "" : " (" + file.runbook + ")") + "\n";
    if (!file.broken.empty()) {
      text += "  FAIL  " + file.broken + "\n";
    }
    for (const std::string& reason : file.reasons) {
      text += indented(reason);
    }
    for (const rehearse::RunbookTestResult& test : file.tests) {
      text += fmt::format("  {}  {} ({} simulated)\n",
                          test.unmet.empty() ? "ok  " : "FAIL",
                          test.name,
                          base::human_duration(test.took));
      for (const rehearse::Unmet& one : test.unmet) {
        text += "        " + told(one) + "\n";
      }
    }
  }
  return base::printable_lines(text);
}

std::string test_json(std::span<const TestedFile> files) {
  nlohmann::json tests = nlohmann::json::array();
  for (const TestedFile& file : files) {
    if (!file.broken.empty()) {
      tests.push_back(json_of(file));
    }
    for (const rehearse::RunbookTestResult& test : file.tests) {
      tests.push_back(json_of(file, test));
    }
  }
  const TestCounts counts = count(files);
  return json_line({{"schemaVersion", 1},
                    {"passed", counts.passed},
                    {"failed", counts.failed},
                    {"tests", std::move(tests)}});
}

std::string test_junit(std::span<const TestedFile> files) {
  const TestCounts all = count(files);
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\">\n",
      all.passed + all.failed,
      all.failed);
  for (const TestedFile& file : files) {
    const TestCounts own = count(std::span(&file, 1));
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                        xml(file.path),
                        own.passed + own.failed,
                        own.failed);
    text += junit_cases(file) + "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace cfkops::cli
