#pragma once

#include "format_tree.hpp"

namespace cfkops::runbook {

/// Puts the keys of a file into the order of the table of keys, and its comments where they stand
/// then. Maps with other keys keep their order, and so do those where a comment for lint could come
/// to stand at another line.
void arrange(FormatNode& root);

}  // namespace cfkops::runbook
