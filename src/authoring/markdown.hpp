#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::authoring {

/// A piece of a Markdown file, as one reads it from top to bottom.
struct Block {
  enum class Kind {
    Heading,
    Label,  ///< a line that is emphasised as a whole, as headings of parts are
    Text,   ///< a paragraph, without its labels
    Code,   ///< a code block, or command lines that stand in a paragraph
  };

  Kind kind = Kind::Text;
  std::string text;
  int line = 0;              ///< of the file, from 1
  int level = 0;             ///< of a heading, from 1
  int depth = 0;             ///< how many lists it stands in
  bool begins_item = false;  ///< it is the first of an item of a list
};

/// The blocks of a file that `plain_text` has made.
[[nodiscard]] std::vector<Block> read_markdown(const std::string& text);

}  // namespace cfkops::authoring
