#include "credentials.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

constexpr std::string_view kGroup = "client.authentication.k8s.io/";

Error no_credentials(const ExecPlugin& plugin, const std::string& what, std::string hint = {}) {
  if (hint.empty()) {
    hint = base::printable(plugin.install_hint);
  }
  if (hint.empty()) {
    hint = "run '" + plugin.command + "' by hand to see what it needs";
  }
  return make_error(ErrorCode::Unauthorized, "getting credentials: " + what, std::move(hint));
}

/// What KUBERNETES_EXEC_INFO tells the plug-in.
std::string exec_info(const ExecPlugin& plugin, const ClusterAccess& cluster) {
  nlohmann::json spec = {{"interactive", false}};
  if (plugin.provide_cluster_info) {
    nlohmann::json info = {{"server", cluster.server}};
    const auto add = [&info](const char* key, const std::string& value) {
      if (!value.empty()) {
        info[key] = value;
      }
    };
    add("tls-server-name", cluster.tls_server_name);
    add("certificate-authority-data", base::base64_encode(cluster.ca_pem));
    add("proxy-url", cluster.proxy_url);
    if (cluster.insecure_skip_tls_verify) {
      info["insecure-skip-tls-verify"] = true;
    }
    if (cluster.disable_compression) {
      info["disable-compression"] = true;
    }
    if (const Result<Json> config = Json::parse(plugin.cluster_config_json); config) {
      info["config"] = config->raw();
    }
    spec["cluster"] = std::move(info);
  }
  nlohmann::json credential = {
      {"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}};
  return Json(std::move(credential)).dump();
}

Status check_stanza(const ExecPlugin& plugin) {
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1") {
    return no_credentials(plugin,
                          "exec plugin: invalid apiVersion \"" + plugin.api_version + "\"",
                          "use client.authentication.k8s.io/v1 in the user's exec stanza");
  }
  if (plugin.interactive_mode == "Always") {
    return no_credentials(
        plugin,
        "exec plugin cannot support interactive mode: standard input is unavailable",
        "cfkops runs unattended: set interactiveMode to IfAvailable or Never, or log in first and "
        "pass --token");
  }
  return {};
}

/// The plug-in's own last words.
std::string last_words(const base::ProcessOutcome& outcome) {
  const std::vector<std::string> lines = base::split(base::trim(outcome.error_output), '\n');
  const std::string words =
      base::printable(base::trim(lines.empty() ? std::string() : lines.back()));
  return words.empty() ? "" : ": " + words;
}

Error failed_start(const ExecPlugin& plugin, const Error& error) {
  if (error.code == ErrorCode::NotFound) {
    return no_credentials(plugin, "exec: executable " + plugin.command + " not found");
  }
  return no_credentials(plugin, "exec: executable " + plugin.command + ": " + error.message);
}

Status read_certificate(const ExecPlugin& plugin, const Json& answer, ExecCredential& credential) {
  credential.certificate_pem = answer.string_or("/status/clientCertificateData", "");
  credential.key_pem = Redacted(answer.string_or("/status/clientKeyData", ""));
  if (credential.certificate_pem.empty() != credential.key_pem.empty()) {
    return no_credentials(plugin, "exec plugin returned only certificate or key, not both");
  }
  return {};
}

}  // namespace

Result<ExecCredential> parse_exec_credential(const ExecPlugin& plugin, std::string_view output) {
  const Result<Json> answer = Json::parse(output);
  if (!answer) {
    return no_credentials(plugin, "decoding stdout: the exec plugin's answer is no JSON");
  }
  const std::string version = answer->string_or("/apiVersion", "");
  if (answer->string_or("/kind", "") != "ExecCredential" || !version.starts_with(kGroup)) {
    return no_credentials(plugin, "decoding stdout: the exec plugin's answer is no ExecCredential");
  }
  if (version != plugin.api_version) {
    return no_credentials(plugin,
                          "exec plugin is configured to use API version " + plugin.api_version +
                              ", plugin returned version " + base::printable(version));
  }
  if (!answer->get("/status").is_object()) {
    return no_credentials(plugin, "exec plugin didn't return a status field");
  }
  ExecCredential credential;
  credential.token = Redacted(answer->string_or("/status/token", ""));
  CFKOPS_TRY(read_certificate(plugin, *answer, credential));
  if (credential.token.empty() && credential.certificate_pem.empty()) {
    return no_credentials(plugin, "exec plugin didn't return a token or cert/key pair");
  }
  if (answer->has("/status/expirationTimestamp")) {
    const Result<WallTime> expiration =
        base::parse_rfc3339(answer->string_or("/status/expirationTimestamp", ""));
    if (!expiration) {
      return no_credentials(plugin, "decoding stdout: expirationTimestamp is no RFC 3339 time");
    }
    credential.expiration = *expiration;
  }
  return credential;
}

Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin,
                                       const ClusterAccess& cluster,
                                       base::Process& process) {
  CFKOPS_TRY(check_stanza(plugin));
  base::ProcessRequest request;
  request.argv = {plugin.command};
  request.argv.insert(request.argv.end(), plugin.args.begin(), plugin.args.end());
  request.environment = plugin.env;
  request.environment.emplace_back("KUBERNETES_EXEC_INFO", exec_info(plugin, cluster));
  const Result<base::ProcessOutcome> outcome = process.run(request);
  if (!outcome) {
    return failed_start(plugin, outcome.error());
  }
  if (outcome->exit_code != 0) {
    return no_credentials(plugin,
                          "exec: executable " + plugin.command + " failed with exit code " +
                              std::to_string(outcome->exit_code) + last_words(*outcome));
  }
  return parse_exec_credential(plugin, outcome->output);
}

}  // namespace cfkops::kube
