#include "report_words.hpp"

#include "cfkops/base/markdown.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/rehearse/rehearse.hpp"

#include <fmt/format.h>

namespace cfkops::rehearse {
namespace {

std::string row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& one : cells) {
    text += " " + base::markdown_text(one) + " |";
  }
  return text + "\n";
}

std::string rule(std::size_t columns) {
  std::string text = "|";
  for (std::size_t i = 0; i < columns; ++i) {
    text += " --- |";
  }
  return text + "\n";
}

std::string head(const std::vector<std::string>& titles) {
  return row(titles) + rule(titles.size());
}

std::string row_of(const Rehearsed& run) {
  return row({run.fault,
              run.fault == "none" ? "" : step_word(run),
              what_it_did(run),
              final_state(run),
              short_disruption(run),
              run.harm.empty() ? "none" : base::join(run.harm, "; ")});
}

std::string matrix_table(const std::vector<Rehearsed>& runs) {
  const Matrix matrix = matrix_of(runs);
  std::vector<std::string> titles = {"fault"};
  titles.insert(titles.end(), matrix.steps.begin(), matrix.steps.end());
  std::string text = head(titles);
  for (const MatrixRow& one : matrix.rows) {
    std::vector<std::string> cells = {one.kind};
    cells.insert(cells.end(), one.cells.begin(), one.cells.end());
    text += row(cells);
  }
  return text;
}

std::string harm_list(const RehearsalReport& report) {
  std::string text;
  const auto add = [&text](const Rehearsed& run) {
    for (const std::string& one : run.harm) {
      text += fmt::format("- {}, {}: {}\n",
                          base::markdown_text(run.fault),
                          base::markdown_text(step_word(run)),
                          base::markdown_text(one));
    }
  };
  add(report.plain);
  for (const Rehearsed& run : report.runs) {
    add(run);
  }
  return text;
}

}  // namespace

std::string to_markdown(const RehearsalReport& report) {
  std::string text = fmt::format("# Rehearsal of {}\n\nScenario {}, seed {}. Plain run: {}; {}.\n",
                                 base::markdown_text(report.runbook),
                                 base::markdown_text(report.scenario),
                                 report.seed,
                                 base::markdown_text(what_it_did(report.plain)),
                                 base::markdown_text(disruption(report.plain)));
  if (report.runs.size() > 1) {
    text += fmt::format("\n## Faults by step\n\n{}.\n\n{}",
                        base::markdown_text(totals(report.runs)),
                        matrix_table(report.runs));
  }
  if (const std::string harm = harm_list(report); !harm.empty()) {
    text += "\n## Harm\n\n" + harm;
  }
  text += "\n## Runs\n\n" +
          head({"fault", "step", "what the run did", "at the end", "disruption", "harm"}) +
          row_of(report.plain);
  for (const Rehearsed& run : report.runs) {
    text += row_of(run);
  }
  return text;
}

}  // namespace cfkops::rehearse
