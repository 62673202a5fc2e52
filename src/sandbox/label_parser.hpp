#pragma once

#include "refusal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// One requirement of a label selector in a query.
struct LabelTerm {
  std::string key;
  /// "in", "notin", "=", "==", "!=", ">", "<"; "" wants the label, "!" its absence.
  std::string op;
  std::vector<std::string> values = {};  ///< sorted, each once
};

/// Reads a selector as apimachinery pkg/labels does; refused in its words.
[[nodiscard]] Answer<std::vector<LabelTerm>> parse_label_terms(std::string_view text);

}  // namespace cfkops::sandbox
