#pragma once

#include "place.hpp"

#include "cfkops/runbook/lint.hpp"
#include "cfkops/runbook/type.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// A name that an expression may use.
struct Named {
  std::string name;
  std::string kind;  ///< "parameter", "step", "output": for people
  runbook::Type type;
  std::string doc;
  ByteSpan declared;  ///< in the text; empty where it is not declared there
};

/// The names that the expressions of a runbook may use, as far as it is written.
class Names {
 public:
  /// `around` are the entries that an expression stands in. The text of the outline and the specs
  /// must outlive it. Of a live object the members are known where its kind is.
  Names(const Outline& outline,
        std::span<const std::size_t> around,
        const runbook::Knowledge& knowledge);

  /// What may follow a chain of names: {} the names themselves, {"params"} the parameters,
  /// {"steps", "roll"} the outputs of that step.
  [[nodiscard]] std::vector<Named> members(std::span<const std::string> chain) const;

  /// What a chain of names is.
  [[nodiscard]] std::optional<Named> find(std::span<const std::string> chain) const;

 private:
  void add_param(std::size_t entry);
  void add_outputs(std::vector<Named>& names,
                   std::size_t entry,
                   const runbook::Knowledge& knowledge);
  [[nodiscard]] std::vector<std::string> kinds_in(std::string_view argument) const;
  void add_element(std::size_t step);

  const Outline& outline_;
  std::vector<Named> roots_;
  std::vector<Named> params_;
  std::vector<Named> steps_;
  std::vector<Named> checks_;
};

}  // namespace cfkops::lsp
