#include "request.hpp"

#include "cfkops/base/shell_word.hpp"
#include "cfkops/engine/journal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace cfkops::cli {
namespace {

/// `word` names the runbook in messages.
Result<std::map<std::string, std::string>> split_params(const Arguments& arguments,
                                                        const std::string& word) {
  std::map<std::string, std::string> params;
  for (const std::string& param : arguments.params) {
    const std::size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      return make_error(
          ErrorCode::InvalidInput,
          "--param " + param + ": expected name=value",
          "for example --param settle=30s; see the parameters with: cfkops show " + word);
    }
    const std::string name = param.substr(0, equals);
    if (!params.emplace(name, param.substr(equals + 1)).second) {
      return make_error(
          ErrorCode::InvalidInput, "parameter '" + name + "' is given twice", "give it once");
    }
  }
  return params;
}

engine::RunRequest begin_request(const Arguments& arguments,
                                 const runbook::Runbook& book,
                                 const Clock& clock) {
  engine::RunRequest request;
  request.runbook = &book;
  request.run_id = engine::new_run_id(clock.wall());
  request.locks.lease = arguments.lock_lease.value_or(request.locks.lease);
  request.locks.break_reason = arguments.break_lock;
  return request;
}

/// Where there is a value.
void add_flag(std::string& text, const char* flag, const std::string& value) {
  if (!value.empty()) {
    text += fmt::format(" {} {}", flag, base::shell_word(value));
  }
}

}  // namespace

Result<engine::RunRequest> make_request(const Arguments& arguments,
                                        const runbook::Runbook& book,
                                        const Clock& clock) {
  engine::RunRequest request = begin_request(arguments, book, clock);
  request.runbook_word =
      base::shell_word(arguments.names.empty() ? book.name : arguments.names.front());
  CFKOPS_ASSIGN(request.params, split_params(arguments, request.runbook_word));
  if (Status checked = engine::check_params(request); !checked) {
    Error error = std::move(checked).error();
    error.hint += error.hint.empty() ? "" : "; ";
    error.hint += "see the parameters with: cfkops show " + request.runbook_word;
    return error;
  }
  return request;
}

Result<engine::RunRequest> make_request(const Arguments& arguments,
                                        const engine::SavedPlan& plan,
                                        const runbook::Runbook& book,
                                        const Clock& clock) {
  engine::RunRequest request = begin_request(arguments, book, clock);
  request.runbook_word = base::shell_word(plan.runbook);
  request.saved = &plan;
  request.params = plan.params;
  CFKOPS_ASSIGN(const auto given, split_params(arguments, request.runbook_word));
  for (const std::string& secret : plan.secret_params) {
    const auto found = given.find(secret);
    if (found == given.end()) {
      return make_error(
          ErrorCode::InvalidInput,
          "parameter '" + secret + "' is a secret, which the plan does not hold",
          fmt::format("give it again: --param {0}=@FILE or --param {0}=env:NAME", secret));
    }
    request.params.insert(*found);
  }
  for (const auto& [name, text] : given) {
    if (std::count(plan.secret_params.begin(), plan.secret_params.end(), name) == 0) {
      return make_error(ErrorCode::InvalidInput,
                        "parameter '" + name + "' is not to be given: the plan has its parameters",
                        "leave it out, or make a new plan");
    }
  }
  CFKOPS_TRY(engine::check_params(request));
  return request;
}

std::string connection_flags(const Arguments& arguments) {
  std::string text;
  if (arguments.sandbox) {
    text += " --sandbox";
    text += arguments.sandbox->empty() ? "" : "=" + base::shell_word(*arguments.sandbox);
  }
  const kube::ConfigOverrides& config = arguments.global.config;
  add_flag(text, "--kubeconfig", config.kubeconfig);
  add_flag(text, "--context", config.context);
  add_flag(text, "--cluster", config.cluster);
  add_flag(text, "--user", config.user);
  add_flag(text, "-n", config.ns);
  add_flag(text, "--server", config.server);
  add_flag(text, "--tls-server-name", config.tls_server_name);
  text += config.insecure_skip_tls_verify.value_or(false) ? " --insecure-skip-tls-verify" : "";
  add_flag(text, "--certificate-authority", config.certificate_authority);
  add_flag(text, "--client-certificate", config.client_certificate);
  add_flag(text, "--client-key", config.client_key);
  add_flag(text, "--username", config.username);
  add_flag(text, "--as", config.as);
  add_flag(text, "--as-uid", config.as_uid);
  for (const std::string& group : config.as_groups) {
    add_flag(text, "--as-group", group);
  }
  text += config.disable_compression ? " --disable-compression" : "";
  if (arguments.global.request_timeout != GlobalArguments().request_timeout) {
    add_flag(text, "--request-timeout", base::format_duration(arguments.global.request_timeout));
  }
  return text;
}

std::string command_line(const Arguments& arguments) {
  std::string text = arguments.saved_plan.empty()
                         ? base::shell_word(arguments.names.front())
                         : "--plan " + base::shell_word(arguments.saved_plan);
  text += connection_flags(arguments);
  for (const std::string& file : arguments.windows) {
    add_flag(text, "--windows", std::filesystem::absolute(file).string());
  }
  add_flag(text,
           "--lock-lease",
           arguments.lock_lease ? base::format_duration(*arguments.lock_lease) : "");
  for (const std::string& param : arguments.params) {
    add_flag(text, "--param", param);
  }
  add_flag(text, "--allowed-signers", arguments.allowed_signers);
  if (arguments.required_approvals > 0) {
    add_flag(text, "--require-approval", std::to_string(arguments.required_approvals));
  }
  return text;
}

}  // namespace cfkops::cli
