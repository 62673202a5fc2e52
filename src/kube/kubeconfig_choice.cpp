#include "kubeconfig_choice.hpp"

#include "endpoint.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

template <class Stanza>
std::vector<std::string> names_of(const std::map<std::string, Stanza>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& [name, stanza] : entries) {
    names.push_back(name);
  }
  return names;
}

/// An error about a name that leads nowhere, with the names that exist.
Error unknown_name(std::string message,
                   const std::string& name,
                   const std::string& noun,
                   const std::vector<std::string>& known,
                   const SourcePos& pos = {}) {
  Error error = make_error(ErrorCode::InvalidInput,
                           std::move(message) + base::did_you_mean(name, known),
                           known.empty() ? "there are no " + noun + "s in the kubeconfig"
                                         : noun + "s: " + base::enumerate(known, 20));
  if (pos.line > 0) {
    error.pos = pos;
  }
  return error;
}

std::string in_quotes(const std::string& text) {
  return "\"" + text + "\"";
}

void override_text(Text& text, const std::string& flag) {
  if (!flag.empty()) {
    text = {.value = flag};
  }
}

void override_cluster(ClusterStanza& cluster, const ConfigOverrides& flags) {
  if (!flags.server.empty() || !flags.tls_server_name.empty()) {
    // The kubeconfig's name belongs to the kubeconfig's server.
    cluster.tls_server_name = {.value = flags.tls_server_name};
  }
  override_text(cluster.server, flags.server);
  const bool insecure = flags.insecure_skip_tls_verify.value_or(false);
  if (insecure || !flags.certificate_authority.empty()) {
    cluster.ca_data = {};
    cluster.ca_file = {.value = flags.certificate_authority};
    cluster.insecure_skip_tls_verify = insecure;
  } else if (flags.insecure_skip_tls_verify) {
    cluster.insecure_skip_tls_verify = false;
  }
  cluster.disable_compression = cluster.disable_compression || flags.disable_compression;
}

void override_user(UserStanza& user, const ConfigOverrides& flags) {
  if (!flags.client_certificate.empty()) {
    user.certificate_file = {.value = flags.client_certificate};
    user.certificate_data = {};
  }
  if (!flags.client_key.empty()) {
    user.key_file = {.value = flags.client_key};
    user.key_data = {};
  }
  if (!flags.token.empty()) {
    user.token = {.value = flags.token.reveal()};
    user.token_file = {};
    user.auth_provider = {};
  }
  override_text(user.username, flags.username);
  override_text(user.password, flags.password.reveal());
  override_text(user.impersonate_user, flags.as);
  override_text(user.impersonate_uid, flags.as_uid);
  if (!flags.as_groups.empty()) {
    user.impersonate_groups = flags.as_groups;
  }
}

bool has_credential_flag(const ConfigOverrides& flags) {
  return !flags.token.empty() || !flags.username.empty() || !flags.client_certificate.empty();
}

Status choose_context(const Kubeconfig& config,
                      const ConfigOverrides& flags,
                      ConfigChoice& choice) {
  const bool by_flag = !flags.context.empty();
  choice.context_name = by_flag ? flags.context : config.current_context.value;
  if (!choice.context_name.empty()) {
    const auto found = config.contexts.find(choice.context_name);
    if (found == config.contexts.end()) {
      return unknown_name(
          by_flag ? "context " + in_quotes(flags.context) + " does not exist"
                  : "context was not found for specified context: " + choice.context_name,
          choice.context_name,
          "context",
          names_of(config.contexts),
          by_flag ? SourcePos() : config.current_context.pos);
    }
    choice.context = found->second;
  }
  override_text(choice.context.cluster, flags.cluster);
  override_text(choice.context.user, flags.user);
  override_text(choice.context.ns, flags.ns);
  choice.cluster_name = choice.context.cluster.value;
  choice.user_name = choice.context.user.value;
  return {};
}

Status choose_cluster(const Kubeconfig& config,
                      const ConfigOverrides& flags,
                      ConfigChoice& choice) {
  const auto found = config.clusters.find(choice.cluster_name);
  if (found != config.clusters.end()) {
    choice.cluster = found->second;
  } else if (!flags.cluster.empty()) {
    return unknown_name("cluster " + in_quotes(flags.cluster) + " does not exist",
                        flags.cluster,
                        "cluster",
                        names_of(config.clusters));
  } else if (!choice.cluster_name.empty() && flags.server.empty()) {
    return unknown_name("invalid configuration: cluster " + in_quotes(choice.cluster_name) +
                            " was not found for context " + in_quotes(choice.context_name),
                        choice.cluster_name,
                        "cluster",
                        names_of(config.clusters),
                        choice.context.cluster.pos);
  }
  return {};
}

Status choose_user(const Kubeconfig& config, const ConfigOverrides& flags, ConfigChoice& choice) {
  const auto found = config.users.find(choice.user_name);
  if (found != config.users.end()) {
    choice.user = found->second;
  } else if (!flags.user.empty()) {
    return unknown_name("auth info " + in_quotes(flags.user) + " does not exist",
                        flags.user,
                        "user",
                        names_of(config.users));
  } else if (!choice.user_name.empty() && !has_credential_flag(flags)) {
    // kubectl goes on as nobody, and the server's 401 does not tell why.
    return unknown_name("invalid configuration: user " + in_quotes(choice.user_name) +
                            " was not found for context " + in_quotes(choice.context_name),
                        choice.user_name,
                        "user",
                        names_of(config.users),
                        choice.context.user.pos);
  }
  return {};
}

Result<std::string> data_or_file(const Text& data, const Text& file) {
  if (!data.empty() || file.empty()) {
    return data.value;
  }
  constexpr std::size_t kMostBytes = std::size_t{4} << 20U;
  return base::read_file(file.value, kMostBytes);
}

Result<std::string> pem(const Text& data, const Text& file, const std::string& what) {
  CFKOPS_ASSIGN(std::string text, data_or_file(data, file));
  if (!text.empty() && text.find("-----BEGIN ") == std::string::npos) {
    Error error = make_error(ErrorCode::InvalidInput,
                             "invalid configuration: " + what + " is not PEM",
                             "it must hold lines like -----BEGIN CERTIFICATE-----");
    const SourcePos& pos = data.empty() ? file.pos : data.pos;
    if (pos.line > 0) {
      error.pos = pos;
    }
    return error;
  }
  return text;
}

Status realize_user(const ConfigChoice& choice, UserAccess& user) {
  const UserStanza& from = choice.user;
  const std::string whose = " of user " + in_quotes(choice.user_name);
  CFKOPS_ASSIGN(
      user.client_certificate_pem,
      pem(from.certificate_data, from.certificate_file, "the client certificate" + whose));
  CFKOPS_ASSIGN(std::string key, pem(from.key_data, from.key_file, "the client key" + whose));
  user.client_key_pem = Redacted(std::move(key));
  user.client_certificate_file =
      from.certificate_data.empty() ? from.certificate_file.value : std::string();
  user.client_key_file = from.key_data.empty() ? from.key_file.value : std::string();
  user.token = Redacted(std::string(base::trim(from.token.value)));
  user.token_file = from.token_file.value;
  user.username = from.username.value;
  user.password = Redacted(from.password.value);
  user.exec = from.exec;
  return {};
}

}  // namespace

void apply_overrides(ConfigChoice& choice, const ConfigOverrides& overrides) {
  override_cluster(choice.cluster, overrides);
  override_user(choice.user, overrides);
}

Result<std::optional<ConfigChoice>> choose_config(const Kubeconfig& config,
                                                  const ConfigOverrides& overrides) {
  ConfigChoice choice;
  CFKOPS_TRY(choose_context(config, overrides, choice));
  CFKOPS_TRY(choose_cluster(config, overrides, choice));
  if (choice.cluster_name.empty() && overrides.server.empty()) {
    return std::optional<ConfigChoice>();
  }
  CFKOPS_TRY(choose_user(config, overrides, choice));
  apply_overrides(choice, overrides);
  return std::optional<ConfigChoice>(std::move(choice));
}

Result<ClientConfig> realize_config(const ConfigChoice& choice) {
  ClientConfig config;
  config.context = choice.context_name;
  config.cluster.server = choice.cluster.server.value;
  config.cluster.tls_server_name = choice.cluster.tls_server_name.value;
  config.cluster.proxy_url = choice.cluster.proxy_url.value;
  config.cluster.disable_compression = choice.cluster.disable_compression;
  config.cluster.insecure_skip_tls_verify = choice.cluster.insecure_skip_tls_verify;
  config.user.impersonate_user = choice.user.impersonate_user.value;
  config.user.impersonate_uid = choice.user.impersonate_uid.value;
  config.user.impersonate_groups = choice.user.impersonate_groups;
  config.user.impersonate_extra = choice.user.impersonate_extra;
  CFKOPS_ASSIGN(const Url url, parse_server_url(config.cluster.server));
  if (url.scheme == "https") {
    CFKOPS_ASSIGN(config.cluster.ca_pem,
                  pem(choice.cluster.ca_data,
                      choice.cluster.ca_file,
                      "the certificate authority of cluster " + in_quotes(choice.cluster_name)));
    CFKOPS_TRY(realize_user(choice, config.user));
    if (config.user.exec) {
      config.user.exec->cluster_config_json = choice.cluster.exec_config_json;
    }
  }
  return config;
}

}  // namespace cfkops::kube
