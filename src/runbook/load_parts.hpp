#pragma once

#include "form.hpp"

#include "cfkops/base/yaml.hpp"
#include "cfkops/runbook/model.hpp"

#include <tl/expected.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

// The parts of a runbook, each read from its node. All findings go to the form; what is returned
// after a finding is good enough to look for more.
namespace cfkops::runbook {

/// The tree of a file, or what is wrong with it as YAML.
[[nodiscard]] tl::expected<YamlNode, std::vector<Diagnostic>> load_tree(std::string_view text,
                                                                        const std::string& file,
                                                                        const SourceText& source);

/// The runbook that a tree is; otherwise as `load_runbook` of a file.
[[nodiscard]] tl::expected<Runbook, std::vector<Diagnostic>> load_runbook(const YamlNode& root,
                                                                          const SourceText& source,
                                                                          std::string_view text,
                                                                          const std::string& file);

/// Ids given so far, with their places, to find one that is given twice.
using KnownIds = std::map<std::string, SourcePos, std::less<>>;

/// Notes an id, or reports that it was given before.
void claim_id(Form& form,
              KnownIds& known,
              const std::string& id,
              const SourcePos& pos,
              std::string_view what);

[[nodiscard]] std::vector<Param> load_params(Form& form, const YamlNode* node);

[[nodiscard]] ArgumentMap load_arguments(Form& form, const YamlNode* node, std::string_view what);

/// `place` names the list in messages: "prerequisites".
[[nodiscard]] std::vector<CheckEntry> load_checks(Form& form,
                                                  const YamlNode* node,
                                                  std::string_view place);

[[nodiscard]] std::vector<Guard> load_guards(Form& form, const YamlNode* node);

[[nodiscard]] std::vector<WindowEntry> load_windows(Form& form, const YamlNode* node);

[[nodiscard]] std::vector<Step> load_steps(Form& form,
                                           const YamlNode* node,
                                           std::string_view place,
                                           KnownIds& known);

[[nodiscard]] Settings load_settings(Form& form, const YamlNode* node);

}  // namespace cfkops::runbook
