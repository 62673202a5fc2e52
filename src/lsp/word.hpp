#pragma once

#include "names.hpp"

#include "cfkops/runbook/action_spec.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// A member chain cut at its dots: "steps.roll." is {"steps", "roll", ""}.
[[nodiscard]] std::vector<std::string> parts_of(std::string_view chain);

/// The word of an expression at a place, with the chain before it.
struct ExpressionWord {
  std::vector<std::string> chain;  ///< the word is the last; the first is empty behind what is no
                                   ///< name
  ByteSpan span;
  bool called = false;  ///< a bracket follows
  std::vector<std::size_t> around;
};

[[nodiscard]] std::optional<ExpressionWord> expression_word(std::string_view text,
                                                            std::size_t offset);

/// The word at a place: letters, digits and what else a key or an action's name has.
[[nodiscard]] ByteSpan word_at(std::string_view text, std::size_t offset);

}  // namespace cfkops::lsp
