#pragma once

#include "outline.hpp"

#include "cfkops/runbook/action_spec.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// What may be written inside of an entry.
struct Inside {
  std::string_view where;  ///< a place of the table of keys, kParams, kArguments, or "": anything
  bool list = false;       ///< it is a list of these

  /// A map whose keys are known.
  [[nodiscard]] bool has_keys() const { return !list && !where.empty(); }
};

/// The names of parameters.
inline constexpr std::string_view kParams = "params";
/// The arguments of an action or check.
inline constexpr std::string_view kArguments = "arguments";

/// What may be written inside of each entry of an outline.
class Places {
 public:
  explicit Places(const Outline& outline);

  /// Of an entry, or of the document.
  [[nodiscard]] Inside inside(std::size_t entry) const;

 private:
  std::vector<Inside> inside_;
};

/// Where somebody writes.
struct Cursor {
  Tail::At at = Tail::At::Nothing;
  std::string_view where;           ///< what the map is that the key is in, as in Inside
  std::size_t map = kRoot;          ///< the entry whose value that map is
  std::string_view key;             ///< of the value; "": of an item, or of a key itself
  ByteSpan typed;                   ///< what of it stands before the cursor
  std::vector<std::size_t> around;  ///< the entries that the map is in, itself first
};

/// Where the end of the outline's text is.
[[nodiscard]] Cursor cursor_at_end(const Outline& outline);

/// An expression up to the cursor.
struct ExpressionPart {
  std::size_t begin = 0;   ///< of the chain, in the text
  std::string_view chain;  ///< the member chain that ends there: "steps.roll.res", ".join" behind
                           ///< what is no name; may be empty
};

/// The expression that the cursor is in, outside of its texts.
[[nodiscard]] std::optional<ExpressionPart> expression_at(const Outline& outline,
                                                          const Cursor& cursor);

/// The action or check of the map that an entry is, or of the one that its `with` is in; nullptr
/// where there is none.
[[nodiscard]] const runbook::ActionSpec* spec_of(const Outline& outline,
                                                 std::size_t map,
                                                 std::span<const runbook::ActionSpec> specs);

}  // namespace cfkops::lsp
