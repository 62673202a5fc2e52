#pragma once

#include "markdown.hpp"

#include <string>
#include <vector>

namespace cfkops::authoring {

/// One way through a procedure; most have one alone, without a title.
struct Way {
  std::string title;  ///< "Option A – Restart all brokers"
  int line = 0;
  std::vector<Block> procedure = {};
  std::vector<Block> validation = {};
  std::vector<Block> rollback = {};
};

/// One section of a file of procedures.
struct Section {
  std::string number;  ///< "5.3", or ""
  std::string title;
  int line = 0;
  std::string purpose;
  std::vector<Block> prerequisites;
  std::vector<Way> ways;  ///< one at least
};

/// The sections that have a procedure, in the order of the file.
[[nodiscard]] std::vector<Section> find_sections(const std::vector<Block>& blocks);

}  // namespace cfkops::authoring
