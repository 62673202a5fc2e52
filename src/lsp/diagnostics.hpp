#pragma once

#include "document.hpp"

#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/lint.hpp"
#include "cfkops/runbook/rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// A finding of lint, with the bytes that it is about.
struct Finding {
  runbook::Diagnostic diagnostic;
  ByteSpan span;
};

/// What lint finds in a text.
[[nodiscard]] std::vector<Finding> judge(std::string_view text,
                                         const std::string& file,
                                         const runbook::Knowledge& knowledge,
                                         runbook::Profile profile);

/// Whether a text means to be a runbook: not where it says that it is something else, by its
/// `apiVersion` or by having none of a runbook's first keys. What lies in a folder `runbooks` is
/// one.
[[nodiscard]] bool is_runbook(std::string_view text, std::string_view uri);

/// The path that a URI of an editor means, for messages.
[[nodiscard]] std::string path_of(std::string_view uri);

}  // namespace cfkops::lsp
