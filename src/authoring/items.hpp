#pragma once

#include "markdown.hpp"
#include "shell.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::authoring {

/// A part of an item of a procedure: words, code that is no command, or a command.
struct ItemPart {
  enum class Kind { Words, Code, Command };

  Kind kind = Kind::Words;
  std::string text;  ///< of words and code, with marks of places to fill; credentials left out
  Command command = {};
};

/// One item of a procedure: what it says, and the commands it shows.
struct Item {
  int line = 0;
  std::string label;  ///< the heading it stands under, told once
  std::vector<ItemPart> parts;

  /// Its words before the first command.
  [[nodiscard]] std::string lead() const;

  /// All of it, as a person who does it by hand reads it.
  [[nodiscard]] std::string text() const;
};

/// The items that blocks of a part make.
[[nodiscard]] std::vector<Item> split_items(const std::vector<Block>& blocks);

/// The first sentence of an item's words as the title of a step, at most 72 characters, no gerund.
[[nodiscard]] std::string title_of(const std::string& lead);

/// A command as a person types it: credentials left out.
[[nodiscard]] std::string typed_by_hand(const std::string& command);

}  // namespace cfkops::authoring
