#pragma once

#include "format_tree.hpp"
#include "source_text.hpp"

#include "cfkops/base/yaml.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A file as the formatter sees it.
struct FormatFile {
  std::string prefix;  ///< as it is written: what stands as far as the line "---"
  FormatNode root;
  std::string suffix;                 ///< as it is written: from the line "..." on
  std::vector<std::string> comments;  ///< all of them, in the order of the file
};

/// Puts the tree of a file together with how it is written. `root` is the tree of `source`, whose
/// lines end with \n. Nothing where it is written in a way that this does not know.
[[nodiscard]] std::optional<FormatFile> read_format(const base::YamlNode& root,
                                                    const SourceText& source);

}  // namespace cfkops::runbook
