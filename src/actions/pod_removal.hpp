#pragma once

#include "irreversible.hpp"

#include <string>

namespace cfkops::actions {

/// What eviction and deletion of a pod have in common: the pod is pinned by uid, the plan asks the
/// server, and afterwards its end is waited for.
class PodRemoval : public Irreversible {
 public:
  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const final;

 protected:
  /// The spec apart from what the two differ in.
  [[nodiscard]] static runbook::ActionSpec common_spec(std::string name, std::string summary);

  /// Asks the server to remove this very pod.
  [[nodiscard]] virtual Status remove(kube::Client& client,
                                      const kube::Object& pod,
                                      const engine::Arguments& arguments) const = 0;
};

}  // namespace cfkops::actions
