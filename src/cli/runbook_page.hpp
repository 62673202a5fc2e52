#pragma once

#include "cfkops/runbook/model.hpp"

#include <string>

namespace cfkops::cli {

/// What a change window says, on one line.
[[nodiscard]] std::string window_words(const runbook::WindowEntry& window);

/// The runbook as a page: purpose, parameters, prerequisites, locks, windows, guards, steps with
/// what they do and how each is taken back, validation, rights, and what a run may end with. It
/// rests on the runbook and the declarations of its actions alone, not on where its file lies.
[[nodiscard]] std::string runbook_page(const runbook::Runbook& book);

}  // namespace cfkops::cli
