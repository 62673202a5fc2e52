#include "endpoint.hpp"
#include "kubeconfig_choice.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

/// Collects what is wrong, each with its place and remedy.
class Problems {
 public:
  void add(const SourcePos& pos, std::string message, std::string hint) {
    Error error = make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint));
    if (pos.line > 0) {
      error.pos = pos;
    }
    found_.push_back(std::move(error));
  }

  /// client-go's check that a file can be opened.
  void check_file(const Text& file, const std::string& what, const std::string& whose) {
    if (file.empty()) {
      return;
    }
    const Result<std::string> content = base::read_file(file.value);
    if (!content) {
      add(file.pos,
          "unable to read " + what + " " + file.value + " for " + whose + " due to " +
              content.error().message,
          "check the path and who may read it");
    }
  }

  std::vector<Error> take() { return std::move(found_); }

 private:
  std::vector<Error> found_;
};

void check_methods(const UserStanza& user, const std::string& name, Problems& problems) {
  if (!user.token.empty() && !(user.username.empty() && user.password.empty())) {
    problems.add(user.token.pos,
                 "more than one authentication method found for " + name +
                     "; found [token basicAuth], only one is allowed",
                 "keep the token or the user name with its password");
  }
}

void check_certificate(const UserStanza& user, const std::string& name, Problems& problems) {
  if (user.certificate_file.empty() && user.certificate_data.empty()) {
    if (!user.key_file.empty() || !user.key_data.empty()) {
      problems.add((user.key_data.empty() ? user.key_file : user.key_data).pos,
                   "client-cert-data or client-cert must be specified for " + name +
                       " to use the clientCert authentication method.",
                   "a key without its certificate proves nothing");
    }
    return;
  }
  if (!user.certificate_file.empty() && !user.certificate_data.empty()) {
    problems.add(user.certificate_file.pos,
                 "client-cert-data and client-cert are both specified for " + name +
                     ". client-cert-data will override.",
                 "remove client-certificate or client-certificate-data");
  }
  if (!user.key_file.empty() && !user.key_data.empty()) {
    problems.add(user.key_file.pos,
                 "client-key-data and client-key are both specified for " + name +
                     "; client-key-data will override",
                 "remove client-key or client-key-data");
  }
  if (user.key_file.empty() && user.key_data.empty()) {
    problems.add(
        (user.certificate_data.empty() ? user.certificate_file : user.certificate_data).pos,
        "client-key-data or client-key must be specified for " + name +
            " to use the clientCert authentication method.",
        "add the certificate's key");
  }
  problems.check_file(user.certificate_file, "client-cert", name);
  problems.check_file(user.key_file, "client-key", name);
}

void check_exec(const UserStanza& user, const std::string& name, Problems& problems) {
  const ExecPlugin& exec = *user.exec;
  const auto add = [&](const std::string& message, const std::string& hint) {
    problems.add(user.exec_pos, message, hint);
  };
  const std::string hint = "see the documentation of the plug-in for its exec stanza";
  if (!user.auth_provider.pos.file.empty()) {
    add("authProvider cannot be provided in combination with an exec plugin for " + name,
        "remove auth-provider");
  }
  if (exec.command.empty()) {
    add("command must be specified for " + name + " to use exec authentication plugin", hint);
  }
  if (exec.api_version.empty()) {
    add("apiVersion must be specified for " + name + " to use exec authentication plugin",
        "write apiVersion: client.authentication.k8s.io/v1");
  } else if (exec.api_version != "client.authentication.k8s.io/v1" &&
             exec.api_version != "client.authentication.k8s.io/v1beta1") {
    add("exec plugin: invalid apiVersion \"" + exec.api_version + "\"",
        "it must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1; a "
        "newer plug-in may be needed");
  }
  if (std::ranges::any_of(exec.env, [](const auto& variable) { return variable.first.empty(); })) {
    add("env variable name must be specified for " + name + " to use exec authentication plugin",
        hint);
  }
  const std::string& mode = exec.interactive_mode;
  if (mode.empty()) {
    add("interactiveMode must be specified for " + name + " to use exec authentication plugin",
        "write interactiveMode: IfAvailable");
  } else if (mode != "Never" && mode != "IfAvailable" && mode != "Always") {
    add("invalid interactiveMode for " + name + ": \"" + mode + "\"",
        "it must be Never, IfAvailable or Always");
  }
}

std::string provider_remedy(const std::string& provider) {
  if (provider == "gcp") {
    return "install gke-gcloud-auth-plugin and run 'gcloud container clusters get-credentials "
           "CLUSTER' again";
  }
  if (provider == "azure") {
    return "install kubelogin and run 'kubelogin convert-kubeconfig'";
  }
  if (provider == "oidc") {
    return "use an exec plug-in (kubectl oidc-login), or pass --token with a fresh id token";
  }
  return "use an exec plug-in, or pass --token";
}

void check_user(const ConfigChoice& choice, Problems& problems) {
  const UserStanza& user = choice.user;
  const std::string& name = choice.user_name;
  check_certificate(user, name, problems);
  if (user.exec) {
    check_exec(user, name, problems);
  } else if (!user.auth_provider.pos.file.empty()) {
    problems.add(user.auth_provider.pos,
                 "auth-provider \"" + user.auth_provider.value + "\" of user \"" + name +
                     "\" is not supported",
                 provider_remedy(user.auth_provider.value));
  }
  check_methods(user, name, problems);
  if (user.impersonate_user.empty() &&
      !(user.impersonate_uid.empty() && user.impersonate_groups.empty() &&
        user.impersonate_extra.empty())) {
    problems.add(
        user.pos,
        "requesting uid, groups or user-extra for " + name + " without impersonating a user",
        "name the user, too: as, or --as USER");
  }
  if (user.token.empty()) {
    problems.check_file(user.token_file, "tokenFile", name);
  }
}

void check_server(const ConfigChoice& choice, Problems& problems) {
  const ClusterStanza& cluster = choice.cluster;
  if (cluster.server.empty()) {
    problems.add(cluster.pos,
                 "no server found for cluster \"" + choice.cluster_name + "\"",
                 "add server: https://HOST:PORT to the cluster");
    return;
  }
  if (const Result<Url> url = parse_server_url(cluster.server.value); !url) {
    problems.add(cluster.server.pos, url.error().message, url.error().hint);
  }
}

void check_cluster(const ConfigChoice& choice, Problems& problems) {
  const ClusterStanza& cluster = choice.cluster;
  const std::string& name = choice.cluster_name;
  check_server(choice, problems);
  if (!cluster.proxy_url.empty()) {
    if (const std::string problem = proxy_url_problem(cluster.proxy_url.value); !problem.empty()) {
      problems.add(cluster.proxy_url.pos,
                   "invalid 'proxy-url' \"" + hide_user_info(cluster.proxy_url.value) +
                       "\" for cluster \"" + name + "\": " + problem,
                   "write it like http://proxy.example:3128");
    }
  }
  if (!cluster.ca_file.empty() && !cluster.ca_data.empty()) {
    problems.add(cluster.ca_file.pos,
                 "certificate-authority-data and certificate-authority are both specified for " +
                     name + ". certificate-authority-data will override.",
                 "remove certificate-authority or certificate-authority-data");
  }
  problems.check_file(cluster.ca_file, "certificate-authority", name);
  if (cluster.insecure_skip_tls_verify && !(cluster.ca_file.empty() && cluster.ca_data.empty())) {
    problems.add((cluster.ca_data.empty() ? cluster.ca_file : cluster.ca_data).pos,
                 "specifying a root certificates file with the insecure flag is not allowed",
                 "remove insecure-skip-tls-verify of cluster \"" + name +
                     "\": the CA is what makes it safe");
  }
}

}  // namespace

std::vector<Error> config_problems(const ConfigChoice& choice) {
  Problems problems;
  check_user(choice, problems);
  check_cluster(choice, problems);
  return problems.take();
}

Error invalid_configuration(std::vector<Error> problems) {
  Error error = problems.front();
  if (problems.size() > 1) {
    std::vector<std::string> messages;
    messages.reserve(problems.size());
    for (const Error& problem : problems) {
      messages.push_back(problem.message);
    }
    error.message = "[" + base::join(messages, ", ") + "]";
  }
  error.message = "invalid configuration: " + error.message;
  return error;
}

}  // namespace cfkops::kube
