#pragma once

#include "draft.hpp"
#include "translate.hpp"

#include "cfkops/authoring/import.hpp"

#include <vector>

namespace cfkops::authoring {

/// Adds the check unless one of its kind is there.
void add_once(std::vector<DraftCheck>& checks, DraftCheck check);

/// Gives the book what its steps need: parameters, prerequisites and validation, the operator let
/// back where it is kept away, the risk, and ids.
void complete(DraftBook& book, Translator& translator, Blanks& blanks);

/// Counts what is in the book.
void count(const DraftBook& book, Draft& draft);

}  // namespace cfkops::authoring
