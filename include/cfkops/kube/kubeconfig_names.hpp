#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/kube/kubeconfig.hpp"

#include <string>
#include <vector>

namespace cfkops::kube {

/// What there is to choose from in a configuration.
struct KubeconfigNames {
  std::vector<std::string> contexts;
  std::vector<std::string> clusters;
  std::vector<std::string> users;
};

/// The names in the files that `load_client_config` would merge; nothing else in them is looked at.
/// Errors: InvalidInput.
[[nodiscard]] Result<KubeconfigNames> kubeconfig_names(const ConfigOverrides& overrides,
                                                       const ConfigEnvironment& environment);

}  // namespace cfkops::kube
