#include "cfkops/kube/kubeconfig.hpp"

#include "kubeconfig_choice.hpp"
#include "kubeconfig_file.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/kube/kubeconfig_names.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

namespace fs = std::filesystem;

/// The files that may hold the configuration, in order of precedence.
std::vector<std::string> candidates(const ConfigOverrides& overrides,
                                    const ConfigEnvironment& environment) {
  if (!overrides.kubeconfig.empty()) {
    return {overrides.kubeconfig};
  }
  std::vector<std::string> files;
  for (const std::string& file : base::split(environment.kubeconfig_variable, ':')) {
    if (!file.empty() && std::ranges::find(files, file) == files.end()) {
      files.push_back(file);
    }
  }
  if (environment.kubeconfig_variable.empty() && !environment.home.empty()) {
    files.push_back(environment.home + "/.kube/config");
  }
  return files;
}

struct Loaded {
  Kubeconfig config;
  std::vector<std::string> looked_at;
  std::vector<std::string> found;
};

Result<Loaded> load_files(const ConfigOverrides& overrides, const ConfigEnvironment& environment) {
  Loaded loaded;
  loaded.looked_at = candidates(overrides, environment);
  constexpr std::size_t kMostBytes = std::size_t{16} << 20U;
  for (const std::string& file : loaded.looked_at) {
    Result<std::string> text = base::read_file_or_pipe(file, kMostBytes);
    if (!text && text.error().code == ErrorCode::NotFound) {
      if (overrides.kubeconfig.empty()) {
        continue;
      }
      return make_error(ErrorCode::InvalidInput,
                        "stat " + file + ": no such file or directory",
                        "--kubeconfig names a file that does not exist");
    }
    if (!text) {
      Error error = std::move(text).error();
      error.code = ErrorCode::InvalidInput;
      return std::move(error)
          .in("error loading config file \"" + file + "\"")
          .with_hint("check who may read it, or pass --kubeconfig FILE");
    }
    CFKOPS_ASSIGN(Kubeconfig config, parse_kubeconfig(*text, file));
    loaded.config.merge(std::move(config));
    loaded.found.push_back(file);
  }
  return loaded;
}

bool is_in_cluster(const ConfigEnvironment& environment) {
  std::error_code ignored;
  return !environment.service_host.empty() && !environment.service_port.empty() &&
         fs::is_regular_file(environment.service_account_dir + "/token", ignored);
}

std::string in_cluster_namespace(const ConfigEnvironment& environment) {
  if (!environment.pod_namespace.empty()) {
    return environment.pod_namespace;
  }
  const Result<std::string> text =
      base::read_file(environment.service_account_dir + "/namespace", 4096);
  return text ? std::string(base::trim(*text)) : std::string();
}

/// The pod's own service account, with those flags put over it that client-go puts there.
Result<ClientConfig> in_cluster_config(const ConfigOverrides& overrides,
                                       const ConfigEnvironment& environment) {
  ConfigChoice choice;
  const bool v6 = environment.service_host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + environment.service_host + "]" : environment.service_host;
  choice.cluster.server = {.value = "https://" + host + ":" + environment.service_port};
  const std::string ca = environment.service_account_dir + "/ca.crt";
  if (std::error_code ignored; fs::exists(ca, ignored)) {
    choice.cluster.ca_file = {.value = ca};
  }
  choice.user.token_file = {.value = environment.service_account_dir + "/token"};
  choice.cluster_name = "in-cluster";
  choice.user_name = "in-cluster";
  apply_overrides(choice, overrides);
  if (std::vector<Error> problems = config_problems(choice); !problems.empty()) {
    return invalid_configuration(std::move(problems));
  }
  CFKOPS_ASSIGN(ClientConfig config, realize_config(choice));
  config.source = "in-cluster";
  config.ns = overrides.ns;
  return config;
}

Error nothing_chosen(const Loaded& loaded, const ConfigEnvironment& environment) {
  if (loaded.found.empty()) {
    const std::string where = loaded.looked_at.empty()
                                  ? "nowhere, as neither KUBECONFIG nor HOME is set"
                                  : base::enumerate(loaded.looked_at);
    Error error = make_error(ErrorCode::InvalidInput,
                             "no kubeconfig found: looked at " + where,
                             "pass --kubeconfig FILE or set KUBECONFIG");
    if (!environment.service_host.empty()) {
      error.message += "; in this pod no service account token is mounted either";
    }
    return error;
  }
  std::vector<std::string> contexts;
  for (const auto& [name, context] : loaded.config.contexts) {
    contexts.push_back(name);
  }
  return make_error(
      ErrorCode::InvalidInput,
      "no context chosen: " + base::join(loaded.found, ":") + " sets no current-context",
      contexts.empty() ? "it holds no contexts; pass --kubeconfig FILE with another one"
                       : "pass --context NAME; contexts: " + base::enumerate(contexts, 20));
}

}  // namespace

ConfigEnvironment ConfigEnvironment::of_process() {
  ConfigEnvironment environment;
  environment.kubeconfig_variable = base::environment("KUBECONFIG");
  environment.home = base::environment("HOME");
  environment.service_host = base::environment("KUBERNETES_SERVICE_HOST");
  environment.service_port = base::environment("KUBERNETES_SERVICE_PORT");
  environment.pod_namespace = base::environment("POD_NAMESPACE");
  return environment;
}

Result<ClientConfig> load_client_config(const ConfigOverrides& overrides,
                                        const ConfigEnvironment& environment) {
  CFKOPS_ASSIGN(const Loaded loaded, load_files(overrides, environment));
  const auto chosen = choose_config(loaded.config, overrides);
  if (!chosen) {  // that a name is not there is true, but no help, where there is no file at all
    return loaded.found.empty() ? nothing_chosen(loaded, environment) : chosen.error();
  }
  const std::optional<ConfigChoice>& choice = *chosen;
  const bool in_cluster = is_in_cluster(environment);
  ClientConfig config;
  if (choice) {
    if (std::vector<Error> problems = config_problems(*choice); !problems.empty()) {
      return invalid_configuration(std::move(problems));
    }
    CFKOPS_ASSIGN(config, realize_config(*choice));
    config.source = loaded.found.empty() ? "the flags" : base::join(loaded.found, ":");
    config.ns = choice->context.ns.value;
  } else if (in_cluster) {
    CFKOPS_ASSIGN(config, in_cluster_config(overrides, environment));
  } else {
    return nothing_chosen(loaded, environment);
  }
  if (config.ns.empty() && in_cluster) {
    config.ns = in_cluster_namespace(environment);
  }
  if (config.ns.empty()) {
    config.ns = "default";
  }
  return config;
}

namespace {

template <typename Stanza>
std::vector<std::string> names_of(const std::map<std::string, Stanza>& stanzas) {
  std::vector<std::string> names;
  names.reserve(stanzas.size());
  for (const auto& [name, stanza] : stanzas) {
    names.push_back(name);
  }
  return names;
}

}  // namespace

Result<KubeconfigNames> kubeconfig_names(const ConfigOverrides& overrides,
                                         const ConfigEnvironment& environment) {
  CFKOPS_ASSIGN(const Loaded loaded, load_files(overrides, environment));
  return KubeconfigNames{.contexts = names_of(loaded.config.contexts),
                         .clusters = names_of(loaded.config.clusters),
                         .users = names_of(loaded.config.users)};
}

}  // namespace cfkops::kube
