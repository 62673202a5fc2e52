#pragma once

#include "cfkops/rehearse/rehearse.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::rehearse {

/// How a run ended in one word: done, refused (nothing was touched), failed, killed, interrupted.
[[nodiscard]] std::string_view ending(const Rehearsed& run);

/// The same with the step, the reason and what became of the changes.
[[nodiscard]] std::string what_it_did(const Rehearsed& run);

/// What the cluster was like at the end: "whole", or what was missing.
[[nodiscard]] std::string final_state(const Rehearsed& run);

/// What users of Kafka noticed, in the plainest numbers.
[[nodiscard]] std::string disruption(const Rehearsed& run);

/// The same for a column: "1.2s, 0, 1".
[[nodiscard]] std::string short_disruption(const Rehearsed& run);

/// "prerequisites" for what comes before the steps.
[[nodiscard]] std::string step_word(const Rehearsed& run);

/// How the runs with one kind of fault in one step ended.
struct MatrixRow {
  std::string kind;
  std::vector<std::string> cells;  ///< one per step: "3 done, 1 failed", "" where there was none
};

/// Kinds by steps, in the order of the runs.
struct Matrix {
  std::vector<std::string> steps;
  std::vector<MatrixRow> rows;
};

[[nodiscard]] Matrix matrix_of(const std::vector<Rehearsed>& runs);

/// "200 runs: 120 done, 70 failed, 10 killed; none did harm"
[[nodiscard]] std::string totals(const std::vector<Rehearsed>& runs);

}  // namespace cfkops::rehearse
