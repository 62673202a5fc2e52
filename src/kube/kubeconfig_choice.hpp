#pragma once

#include "kubeconfig_file.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/kube/kubeconfig.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::kube {

/// The entries of a kubeconfig that are used, with the flags put over them.
struct ConfigChoice {
  std::string context_name;
  ContextStanza context;
  std::string cluster_name;
  ClusterStanza cluster;
  std::string user_name;
  UserStanza user;
};

/// Follows --context or current-context to cluster and user and puts the flags over them, by
/// client-go's rules. Nothing where neither kubeconfig nor flags name a server. Errors:
/// InvalidInput where a name leads nowhere.
[[nodiscard]] Result<std::optional<ConfigChoice>> choose_config(const Kubeconfig& config,
                                                                const ConfigOverrides& overrides);

/// Puts the flags over cluster and user.
void apply_overrides(ConfigChoice& choice, const ConfigOverrides& overrides);

/// Everything that is wrong with the choice, in client-go's words (tools/clientcmd/validation.go).
[[nodiscard]] std::vector<Error> config_problems(const ConfigChoice& choice);

/// The choice with its files read. Errors: InvalidInput.
[[nodiscard]] Result<ClientConfig> realize_config(const ConfigChoice& choice);

/// "invalid configuration: …" around one problem or several.
[[nodiscard]] Error invalid_configuration(std::vector<Error> problems);

}  // namespace cfkops::kube
