#pragma once

#include "cfkops/engine/action.hpp"
#include "cfkops/runbook/type.hpp"

#include <optional>
#include <set>
#include <string>

namespace cfkops::engine {

/// Where references are looked up. Borrowed.
struct Site {
  const Catalogue& catalogue;
  kube::Reader& reader;
  const std::string& ns;
  std::set<std::string>* looked_for = nullptr;  ///< told of each kind that is; may be null
};

/// A reference to be resolved, with what its messages call it.
struct Reference {
  std::string name;                 ///< the parameter or argument
  std::optional<std::string> text;  ///< as typed; nothing: the only candidate is meant
  std::string how;                  ///< "--param target=", before a candidate's text
};

/// The live object that the reference means. Errors: InvalidInput with what there is to choose
/// from; what kept it from looking.
[[nodiscard]] Result<runbook::Value> resolve_reference(const Reference& reference,
                                                       const runbook::Type& type,
                                                       const Site& site);

/// `value` with every text that stands where `type` has a reference replaced by the object it
/// means.
[[nodiscard]] Result<runbook::Value> resolve_references(const runbook::Value& value,
                                                        const runbook::Type& type,
                                                        const Reference& like,
                                                        const Site& site);

}  // namespace cfkops::engine
