#pragma once

#include "features.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What an editor asks about a step that includes a runbook.
namespace cfkops::lsp {

/// The word under `include` that a place is in.
[[nodiscard]] std::optional<std::string> included_word(std::string_view text, std::size_t offset);

/// The names of runbooks, where such a word is written; nothing elsewhere.
[[nodiscard]] std::optional<Completion> complete_include(std::string_view text,
                                                         std::size_t offset,
                                                         const std::vector<std::string>& names);

/// The URI of a file.
[[nodiscard]] std::string uri_of(const std::string& file);

}  // namespace cfkops::lsp
