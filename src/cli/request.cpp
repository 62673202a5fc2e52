#include "request.hpp"

#include "shell_word.hpp"

#include "cfkops/engine/journal.hpp"

namespace cfkops::cli {
Result<engine::RunRequest> make_request(const Arguments& arguments,
                                        const runbook::Runbook& book,
                                        const Clock& clock) {
  engine::RunRequest request;
  request.runbook = &book;
  request.runbook_word = shell_word(arguments.names.front());
  request.run_id = engine::new_run_id(clock.wall());
  request.locks.lease = arguments.lock_lease.value_or(request.locks.lease);
  request.locks.break_reason = arguments.break_lock;
  for (const std::string& param : arguments.params) {
    const std::size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      return make_error(ErrorCode::InvalidInput,
                        "--param " + param + ": expected name=value",
                        "for example --param settle=30s; see the parameters with: cfkops show " +
                            shell_word(arguments.names.front()));
    }
    const std::string name = param.substr(0, equals);
    if (!request.params.emplace(name, param.substr(equals + 1)).second) {
      return make_error(
          ErrorCode::InvalidInput, "parameter '" + name + "' is given twice", "give it once");
    }
  }
  if (Status checked = engine::check_params(request); !checked) {
    Error error = std::move(checked).error();
    error.hint += error.hint.empty() ? "" : "; ";
    error.hint += "see the parameters with: cfkops show " + request.runbook_word;
    return error;
  }
  return request;
}

std::string command_line(const Arguments& arguments) {
  std::string text = shell_word(arguments.names.front());
  const auto add = [&text](const char* flag, const std::string& value) {
    if (!value.empty()) {
      text += std::string(" ") + flag + " " + shell_word(value);
    }
  };
  if (arguments.sandbox) {
    text += " --sandbox";
    text += arguments.sandbox->empty() ? "" : "=" + shell_word(*arguments.sandbox);
  }
  const kube::ConfigOverrides& config = arguments.global.config;
  add("--kubeconfig", config.kubeconfig);
  add("--context", config.context);
  add("--cluster", config.cluster);
  add("--user", config.user);
  add("-n", config.ns);
  add("--server", config.server);
  add("--tls-server-name", config.tls_server_name);
  text += config.insecure_skip_tls_verify.value_or(false) ? " --insecure-skip-tls-verify" : "";
  add("--certificate-authority", config.certificate_authority);
  add("--client-certificate", config.client_certificate);
  add("--client-key", config.client_key);
  add("--username", config.username);
  add("--as", config.as);
  add("--as-uid", config.as_uid);
  for (const std::string& group : config.as_groups) {
    add("--as-group", group);
  }
  text += config.disable_compression ? " --disable-compression" : "";
  if (arguments.global.request_timeout != GlobalArguments().request_timeout) {
    add("--request-timeout", base::format_duration(arguments.global.request_timeout));
  }
  add("--lock-lease", arguments.lock_lease ? base::format_duration(*arguments.lock_lease) : "");
  for (const std::string& param : arguments.params) {
    add("--param", param);
  }
  return text;
}

}  // namespace cfkops::cli
