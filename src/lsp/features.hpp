#pragma once

#include "document.hpp"

#include "cfkops/runbook/lint.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What an editor asks about a place in a text. All of it works on what is half written, too;
// offsets are bytes of the text.
namespace cfkops::lsp {

/// What is told of the word at a place, and which word that is.
struct Hover {
  std::string markdown;
  ByteSpan span;
};

/// Of a key, an action, a check, an argument, or what an expression names.
[[nodiscard]] std::optional<Hover> hover(std::string_view text,
                                         std::size_t offset,
                                         const runbook::Knowledge& knowledge);

/// One thing that may be written at a place.
struct Candidate {
  enum class Kind { Key, Action, Argument, Function, Name, Word };

  Kind kind = Kind::Word;
  std::string label;
  std::string detail;
  std::string markdown;  ///< what is told of it
  std::string text;      ///< what is written
};

/// What may be written at a place, the best first, and what it replaces.
struct Completion {
  ByteSpan replaced;
  std::vector<Candidate> candidates;
};

[[nodiscard]] Completion complete(std::string_view text,
                                  std::size_t offset,
                                  const runbook::Knowledge& knowledge);

/// Where the parameter, step, check or list element is declared that an expression names at a
/// place.
[[nodiscard]] std::optional<ByteSpan> definition(std::string_view text,
                                                 std::size_t offset,
                                                 const runbook::Knowledge& knowledge);

}  // namespace cfkops::lsp
