#pragma once

#include "cfkops/base/process.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::kube {

/// An exec credential plug-in (client.authentication.k8s.io v1 or v1beta1).
struct ExecPlugin {
  std::string api_version;
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::string install_hint;
  std::string interactive_mode;
  bool provide_cluster_info = false;
  std::string cluster_config_json;  ///< the cluster extension for exec plug-ins, or ""
};

/// A server and how to be sure of it. Certificates and keys are PEM text, already read and decoded.
struct ClusterAccess {
  std::string server;  ///< "https://host:port/prefix"
  std::string tls_server_name;
  std::string ca_pem;  ///< "" means the system's
  bool insecure_skip_tls_verify = false;
  std::string proxy_url;
  bool disable_compression = false;
};

/// Who we are to it.
struct UserAccess {
  std::string client_certificate_pem;
  Redacted client_key_pem;
  std::string client_certificate_file;  ///< where it came from and is read again, or ""
  std::string client_key_file;
  Redacted token;
  std::string token_file;
  std::string username;
  Redacted password;
  std::optional<ExecPlugin> exec;
  std::string impersonate_user;
  std::string impersonate_uid;
  std::vector<std::string> impersonate_groups;
  std::vector<std::pair<std::string, std::string>> impersonate_extra;
};

/// What a kubeconfig and the flags amount to: valid, paths resolved, files read.
struct ClientConfig {
  ClusterAccess cluster;
  UserAccess user;
  std::string context;  ///< its name, "" in a cluster or with --server alone
  std::string ns = "default";
  std::string source;  ///< where it came from, for messages: "/home/me/.kube/config", "in-cluster"
};

/// kubectl's global flags; empty means not given.
struct ConfigOverrides {
  std::string kubeconfig;
  std::string context;
  std::string cluster;
  std::string user;
  std::string ns;
  std::string server;
  std::string tls_server_name;
  std::string certificate_authority;
  std::string client_certificate;
  std::string client_key;
  Redacted token;
  std::string username;
  Redacted password;
  std::string as;
  std::string as_uid;
  std::vector<std::string> as_groups;
  std::optional<bool> insecure_skip_tls_verify;
  bool disable_compression = false;
};

/// Where the loader looks; the defaults are the process's own, a test gives others.
struct ConfigEnvironment {
  std::string kubeconfig_variable;  ///< $KUBECONFIG
  std::string home;                 ///< $HOME
  std::string service_host;         ///< $KUBERNETES_SERVICE_HOST
  std::string service_port;         ///< $KUBERNETES_SERVICE_PORT
  std::string service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
  std::string pod_namespace = {};  ///< $POD_NAMESPACE, which stands before the service account's

  /// What this process was started with.
  [[nodiscard]] static ConfigEnvironment of_process();
};

/// Finds, merges and validates the configuration as client-go does (tools/clientcmd: loader.go,
/// merge.go, client_config.go, validation.go). Errors: InvalidInput in kubectl's words, with file,
/// line and what to do next.
[[nodiscard]] Result<ClientConfig> load_client_config(const ConfigOverrides& overrides,
                                                      const ConfigEnvironment& environment);

}  // namespace cfkops::kube
