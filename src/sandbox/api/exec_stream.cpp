#include "api/exec_stream.hpp"

#include "api/list_options.hpp"
#include "api/pod_container.hpp"

#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

enum class Channel : unsigned char { Output = 1, Error = 2, Status = 3 };

constexpr int kNormalClose = 1000;
constexpr std::size_t kChunk = std::size_t{32} << 10U;

void say(SocketPeer& peer, Channel channel, std::string_view text) {
  peer.message(static_cast<char>(channel) + std::string(text));
}

void say_chunks(SocketPeer& peer, Channel channel, std::string_view text) {
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), kChunk))) {
    say(peer, channel, text.substr(0, kChunk));
  }
}

// In a stream a Status comes without its kind.
Value failure(const std::string& why) {
  Value status = internal_error(why).status();
  status.erase("kind");
  status.erase("apiVersion");
  return status;
}

}  // namespace

ExecStream::ExecStream(const Exchange& exchange,
                       const Value& pod,
                       std::string container,
                       std::string protocol)
    : exchange_(exchange),
      pod_(pod),
      container_(std::move(container)),
      protocol_(std::move(protocol)),
      command_(exchange.query.all("command")),
      out_(query_flag(exchange.query, "stdout")),
      error_(query_flag(exchange.query, "stderr")),
      terminal_(query_flag(exchange.query, "tty")) {}

void ExecStream::run(SocketPeer& peer, MonoTime now) const {
  peer.open(protocol_);
  say(peer, out_ ? Channel::Output : error_ ? Channel::Error : Channel::Status, {});
  const Value status = execute(peer, now);
  say(peer, Channel::Status, status.dump(-1, ' ', false, Value::error_handler_t::replace));
  peer.close(kNormalClose);
}

Value ExecStream::execute(SocketPeer& peer, MonoTime now) const {
  if (!out_ && !error_ && !query_flag(exchange_.query, "stdin")) {
    return failure(
        "unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr");
  }
  if (!is_running()) {
    return failure(fmt::format("unable to upgrade connection: container not found ({})",
                               go_quoted(container_)));
  }
  Program* const program = program_of(exchange_, pod_);
  if (program == nullptr) {
    return failure("a simulated node runs no processes in this pod that commands could meet");
  }
  if (command_.empty()) {
    return failure("error executing command in container: no command was given");
  }
  const std::optional<ExecResult> result = program->exec(pod_, container_, command_);
  if (!result) {
    return not_started(command_.front(), now);
  }
  if (out_) {
    say_chunks(peer, Channel::Output, result->out);
  }
  // A terminal shows both as one.
  if (terminal_ ? out_ : error_) {
    say_chunks(peer, terminal_ ? Channel::Output : Channel::Error, result->error);
  }
  return exited(result->code);
}

// containerd's words and runc's.
Value ExecStream::not_started(const std::string& executable, MonoTime now) const {
  const bool path = executable.find('/') != std::string::npos;
  const std::string why = path ? fmt::format("stat {}: no such file or directory", executable)
                               : std::string("executable file not found in $PATH");
  std::string text = fmt::format(
      "error executing command in container: failed to exec in container: failed to start exec {}: "
      "OCI runtime exec failed: exec failed: unable to start container process: exec: {}: {}: "
      "unknown",
      go_quoted(base::sha256_hex(
          fmt::format("{}/{}/{}", uid_of(pod_), container_, now.time_since_epoch().count()))),
      go_quoted(executable),
      why);
  // The API server itself speaks v5 and passes on what the node told it.
  return failure(protocol_.starts_with("v5.") ? "Internal error occurred: " + text : text);
}

Value ExecStream::exited(int code) const {
  if (code == 0) {
    return {{"metadata", Value::object()}, {"status", "Success"}};
  }
  const std::string why =
      protocol_.starts_with("v5.")
          ? fmt::format("command terminated with exit code {}", code)
          : fmt::format(
                "error executing command [{}], exit code {}", fmt::join(command_, " "), code);
  Value cause = {{"reason", "ExitCode"}, {"message", std::to_string(code)}};
  return {{"metadata", Value::object()},
          {"status", "Failure"},
          {"reason", "NonZeroExitCode"},
          {"message", "command terminated with non-zero exit code: " + why},
          {"details", {{"causes", Value::array({std::move(cause)})}}}};
}

bool ExecStream::is_running() const {
  const Value* const status = container_status(pod_, container_);
  return status != nullptr && find(*status, {"state", "running"}) != nullptr;
}

}  // namespace cfkops::sandbox
