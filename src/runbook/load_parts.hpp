#pragma once

#include "form.hpp"

#include "cfkops/base/yaml.hpp"
#include "cfkops/runbook/model.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

// The parts of a runbook, each read from its node. All findings go to the form; what is returned
// after a finding is good enough to look for more.
namespace cfkops::runbook {

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

}  // namespace cfkops::runbook
