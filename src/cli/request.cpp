#include "request.hpp"

#include "cfkops/engine/journal.hpp"

namespace cfkops::cli {
namespace {

/// Quotes a word for a POSIX shell where it needs it.
std::string quoted(const std::string& word) {
  const bool plain =
      !word.empty() &&
      word.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%") ==
          std::string::npos;
  if (plain) {
    return word;
  }
  std::string text = "'";
  for (const char c : word) {
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return text + "'";
}

}  // namespace

Result<engine::RunRequest> make_request(const Arguments& arguments,
                                        const runbook::Runbook& book,
                                        const Clock& clock) {
  engine::RunRequest request;
  request.runbook = &book;
  request.run_id = engine::new_run_id(clock.wall());
  for (const std::string& param : arguments.params) {
    const std::size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      return make_error(
          ErrorCode::InvalidInput,
          "--param " + param + ": expected name=value",
          "for example --param settle=30s; see the parameters with: cfkops show " + book.name);
    }
    const std::string name = param.substr(0, equals);
    if (!request.params.emplace(name, param.substr(equals + 1)).second) {
      return make_error(
          ErrorCode::InvalidInput, "parameter '" + name + "' is given twice", "give it once");
    }
  }
  return request;
}

std::string command_line(const Arguments& arguments) {
  std::string text = quoted(arguments.names.front());
  const kube::ConfigOverrides& config = arguments.global.config;
  if (!config.kubeconfig.empty()) {
    text += " --kubeconfig " + quoted(config.kubeconfig);
  }
  if (!config.context.empty()) {
    text += " --context " + quoted(config.context);
  }
  if (!config.ns.empty()) {
    text += " -n " + quoted(config.ns);
  }
  for (const std::string& param : arguments.params) {
    text += " --param " + quoted(param);
  }
  return text;
}

}  // namespace cfkops::cli
