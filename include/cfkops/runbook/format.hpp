#pragma once

#include "cfkops/runbook/diagnostic.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// The code of the finding that the formatter itself is at fault: what it made of a file means
/// something else, or lacks a comment. Nothing is to be written then.
inline constexpr std::string_view kFormatDefect = "CFK-F002";

/// The code of the finding that a file is YAML, but no runbook of this format.
inline constexpr std::string_view kNoRunbook = "CFK-F003";

/// A runbook's text in the house form (docs/fmt.md): keys in the order of the table of keys,
/// indented by two, no quotes that mean nothing, every comment with what it is about. It means what
/// it meant, which is proved before it is returned; to format it again changes nothing. What cannot
/// be rewritten with certainty stays as it is. The lines of the result end with \n, and it has no
/// byte order mark. Errors: what is wrong with it as YAML, that it is no runbook, or a defect of
/// the formatter. `file` only names positions.
[[nodiscard]] tl::expected<std::string, std::vector<Diagnostic>> format_runbook(
    std::string_view text, const std::string& file);

/// Whether two texts are the same runbook: the same tree, whatever the order of keys, the way
/// scalars are written, and comments. False where one of them is no YAML of the format.
[[nodiscard]] bool same_meaning(std::string_view one, std::string_view other);

}  // namespace cfkops::runbook
