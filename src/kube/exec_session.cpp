#include "exec_session.hpp"

#include "status_body.hpp"

#include "cfkops/kube/api_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cfkops::kube {

namespace {

enum class Channel : unsigned char {
  Input = 0,
  Output = 1,
  ErrorOutput = 2,
  Status = 3,
  Close = 255
};

constexpr const char* kNoEndOfInput =
    "an API server before Kubernetes 1.30 cannot end a command's input: run it without";

constexpr std::size_t kChunk = std::size_t{32} << 10U;

char byte_of(Channel channel) {
  return static_cast<char>(channel);
}

/// The number in the cause "ExitCode".
std::optional<int> exit_code_of(const Json& status) {
  for (const Json& cause : status.items("/details/causes")) {
    if (cause.string_or("/reason", "") != "ExitCode") {
      continue;
    }
    const std::string text = cause.string_or("/message", "");
    int code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    if (error == std::errc() && end == text.data() + text.size()) {
      return code;
    }
  }
  return std::nullopt;
}

}  // namespace

void ExecSession::on_open(std::string_view protocol) {
  opened_ = true;
  const std::vector<std::string> offered = protocols();
  if (std::find(offered.begin(), offered.end(), protocol) == offered.end()) {
    broken_ =
        make_error(ErrorCode::Protocol,
                   fmt::format("the server chose the protocol '{}'", protocol),
                   input_.empty() ? "is a proxy in front of the API server that changes upgrades?"
                                  : kNoEndOfInput);
    return;
  }
  if (!input_.empty()) {
    send_input();
  }
}

std::vector<std::string> ExecSession::protocols() const {
  // v4 knows no end of input: there a command that reads to the end would hang.
  return input_.empty() ? std::vector<std::string>{"v5.channel.k8s.io", "v4.channel.k8s.io"}
                        : std::vector<std::string>{"v5.channel.k8s.io"};
}

void ExecSession::send_input() {
  for (std::size_t at = 0; at < input_.size(); at += kChunk) {
    std::string message(1, byte_of(Channel::Input));
    message += input_.substr(at, kChunk);
    transport_.send(socket_, message);
  }
  transport_.send(socket_, std::string{byte_of(Channel::Close), byte_of(Channel::Input)});
}

void ExecSession::on_message(std::string_view bytes) {
  if (bytes.size() < 2 || broken_) {
    return;  // the server opens each channel with an empty message
  }
  const std::string_view payload = bytes.substr(1);
  switch (static_cast<Channel>(bytes.front())) {
    case Channel::Output:
      add(outcome_.output, payload);
      break;
    case Channel::ErrorOutput:
      add(outcome_.error_output, payload);
      break;
    case Channel::Status:
      add(status_, payload);
      break;
    default:
      break;
  }
}

void ExecSession::add(std::string& output, std::string_view bytes) {
  const std::size_t held = outcome_.output.size() + outcome_.error_output.size() + status_.size();
  if (held + bytes.size() > kMaxOutput) {
    broken_ = make_error(ErrorCode::Unknown,
                         fmt::format("the command wrote more than {} MiB, so its end was not seen",
                                     kMaxOutput >> 20U),
                         "make the command write less");
    return;
  }
  output += bytes;
}

bool ExecSession::has_status() const {
  return !stream_status(status_).is_null();
}

Error ExecSession::without_status() const {
  const std::string how =
      *closed_ ? fmt::format("closed with code {}", **closed_) : closed_->error().message;
  return make_error(ErrorCode::Unknown,
                    "the connection ended without the command's result (" + how + ")",
                    "look whether the command took effect before running it again");
}

Error ExecSession::refusal() const {
  Error error = closed_->error();
  // Servers that know no protocol we offer say so by a bare 403 or 400; others answer a Status.
  if (!input_.empty() && error.reason.empty() &&
      (error.http_status == 400 || error.http_status == 403)) {
    error.code = ErrorCode::Invalid;
    error.message = "the server may know no protocol that can end the input: " + error.message;
    error.hint = kNoEndOfInput;
  }
  return error;
}

Result<ExecOutcome> ExecSession::result(const std::string& what) {
  if (broken_) {
    return Error(*broken_).in(what);
  }
  const Json status = stream_status(status_);
  if (status.is_null()) {
    const bool refused = !opened_ && closed_ && !*closed_;
    return refused ? refusal().in(what) : without_status().in(what);
  }
  if (status.string_or("/status", "") == "Success") {
    return std::move(outcome_);
  }
  const std::optional<int> code = exit_code_of(status);
  if (status.string_or("/reason", "") == "NonZeroExitCode" && code) {
    outcome_.exit_code = *code;
    return std::move(outcome_);
  }
  return error_of_status(status_, what);
}

}  // namespace cfkops::kube
