#include "report_words.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/rehearse/rehearse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace cfkops::rehearse {
namespace {

using Row = std::vector<std::string>;

/// Columns as wide as their widest word, two spaces between them.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], base::display_width(std::string_view(row[i])));
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i + 1 < row.size() ? base::padded(row[i], widths[i] + 2) : row[i];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

/// One run in full.
std::string in_full(const Rehearsed& run) {
  std::string text = fmt::format("{}\n", run.fault);
  const auto add = [&text](std::string_view what, const std::string& value) {
    if (!value.empty()) {
      text += fmt::format("  {:<11} {}\n", what, value);
    }
  };
  add("step", step_word(run));
  for (const std::string& one : run.happened) {
    add("happened", one);
  }
  add("the run", what_it_did(run));
  if (!run.killed) {
    for (const std::string& one : run.report.left) {
      add("it says", one);
    }
  }
  add("at the end", final_state(run));
  add("disruption", disruption(run));
  for (const std::string& one : run.harm) {
    add("HARM", one);
  }
  return text;
}

std::string matrix_text(const std::vector<Rehearsed>& runs) {
  const Matrix matrix = matrix_of(runs);
  std::vector<Row> rows = {{"fault"}};
  rows.front().insert(rows.front().end(), matrix.steps.begin(), matrix.steps.end());
  for (const MatrixRow& one : matrix.rows) {
    Row row = {one.kind};
    for (const std::string& cell : one.cells) {
      row.push_back(cell.empty() ? "-" : cell);
    }
    rows.push_back(std::move(row));
  }
  return table(rows);
}

std::string harm_text(const RehearsalReport& report) {
  std::string text;
  for (const Rehearsed& run : report.runs) {
    if (!run.harm.empty()) {
      text += "\n" + in_full(run);
    }
  }
  return text;
}

}  // namespace

std::string to_text(const RehearsalReport& report) {
  std::string text =
      fmt::format("{} on scenario {}, seed {}\n\n", report.runbook, report.scenario, report.seed);
  text += fmt::format("plain run: {}; {}; at the end {}\n",
                      what_it_did(report.plain),
                      disruption(report.plain),
                      final_state(report.plain));
  for (const std::string& one : report.plain.happened) {
    text += "  happened: " + one + "\n";
  }
  for (const std::string& one : report.plain.harm) {
    text += "  HARM: " + one + "\n";
  }
  if (report.runs.size() == 1) {
    text += "\n" + in_full(report.runs.front());
  } else if (!report.runs.empty()) {
    text += "\nWith a fault of each kind at each step:\n\n" + matrix_text(report.runs);
    text += "\n" + totals(report.runs) + "\n" + harm_text(report);
  }
  return base::printable_lines(text);
}

}  // namespace cfkops::rehearse
