#pragma once

#include "names.hpp"

#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/help.hpp"

#include <string>

// What is told of the things that a runbook is made of, in Markdown.
namespace cfkops::lsp {

[[nodiscard]] std::string told(const runbook::KeySpec& key);
[[nodiscard]] std::string told(const runbook::ActionSpec& spec);
[[nodiscard]] std::string told(const runbook::ArgumentSpec& argument);
[[nodiscard]] std::string told(const runbook::FunctionHelp& function);
[[nodiscard]] std::string told(const Named& named);

/// The same for those who read it as it is: without the marks of Markdown.
[[nodiscard]] std::string plain(const std::string& markdown);

}  // namespace cfkops::lsp
