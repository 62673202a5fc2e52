#include "status_body.hpp"

#include "endpoint.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cfkops::kube {

namespace {

/// Texts in a 5xx Status after which the write may be done all the same: the API server gave up on
/// etcd, not etcd on the write.
constexpr std::array<std::string_view, 4> kUnsure = {
    "etcdserver:", "context deadline exceeded", "context canceled", "raft proposal dropped"};

/// How much of a streamed error's body is kept.
constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10U;

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(seconds);
}

Fate fate_of_status(const Response& response) {
  if (response.status < 400) {
    return Fate::Done;
  }
  if (response.status < 500) {
    return Fate::Refused;
  }
  const Json status = status_body(response.body);
  if (status.is_null() || response.status == 504) {
    return Fate::Unknown;
  }
  const std::string message = status.string_or("/message", "");
  const bool unsure = std::any_of(kUnsure.begin(), kUnsure.end(), [&](std::string_view text) {
    return message.find(text) != std::string::npos;
  });
  return unsure ? Fate::Unknown : Fate::Refused;
}

/// Why the body is not what the API server answers a write with, or "".
std::string foreign_body(const std::string& body) {
  const Result<Json> json = Json::parse(body);
  if (!json || !json->is_object()) {
    return " and a body that is no JSON object";
  }
  if (json->string_or("/kind", "").empty()) {
    return " and an object without a kind";
  }
  return json->string_or("/kind", "") == "Status" && json->string_or("/status", "") == "Failure"
             ? " and a Status that says Failure: " +
                   base::printable(json->string_or("/message", "no message"))
             : "";
}

/// Where a redirect leads to, without what may be secret in it.
std::string redirected(const Response& answer) {
  const std::string_view target = answer.header("Location");
  const std::string shown =
      hide_user_info(std::string(target.substr(0, target.find_first_of("?#"))));
  return shown.empty() ? "" : ", which leads to " + base::printable(shown);
}

}  // namespace

void add_error_body(Response& head, std::string_view bytes) {
  head.body += bytes.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, head.body.size()));
}

Result<Response> genuine(Response answer, Body body) {
  if (answer.status >= 400) {
    return answer;
  }
  const bool success = answer.status >= 200 && answer.status < 300;
  std::string wrong =
      success ? body == Body::Object ? foreign_body(answer.body) : "" : redirected(answer);
  if (success && wrong.empty()) {
    return answer;
  }
  Error error =
      make_error(ErrorCode::Protocol,
                 "no API server answers so: HTTP status " + std::to_string(answer.status) + wrong,
                 "something answers in its place, a login page or a proxy perhaps: check the "
                 "server's URL in the kubeconfig");
  error.http_status = answer.status;
  return error;
}

Json status_body(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return {};
  }
  Result<Json> json = Json::parse(body);
  if (!json || json->string_or("/kind", "") != "Status") {
    return {};
  }
  return *std::move(json);
}

Json stream_status(std::string_view text) {
  Result<Json> json = Json::parse(text);
  if (!json) {
    return {};
  }
  const std::string status = json->string_or("/status", "");
  const bool told = status == "Success" || status == "Failure";
  return told || json->string_or("/kind", "") == "Status" ? *std::move(json) : Json();
}

bool has_cause(const Json& status, std::string_view reason) {
  const std::vector<Json> causes = status.items("/details/causes");
  return std::any_of(causes.begin(), causes.end(), [reason](const Json& cause) {
    return cause.string_or("/reason", "") == reason;
  });
}

std::optional<std::chrono::seconds> retry_after(const Response& response) {
  if (const auto seconds = parse_seconds(response.header("Retry-After"))) {
    return seconds;
  }
  return retry_after(status_body(response.body));
}

std::optional<std::chrono::seconds> retry_after(const Json& status) {
  const std::int64_t asked = status.int_or("/details/retryAfterSeconds", 0);
  if (asked <= 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(asked);
}

Result<Json> json_of(const Response& response, const std::string& what) {
  Result<Json> json = Json::parse(response.body);
  if (!json) {
    return std::move(json).error().in(what);
  }
  return json;
}

Result<Object> object_of(const Response& response, const std::string& what) {
  Result<Object> object = Object::parse(response.body);
  if (!object) {
    return std::move(object).error().in(what);
  }
  return object;
}

Fate fate_of(const Result<Response>& outcome) {
  if (outcome) {
    return fate_of_status(*outcome);
  }
  switch (outcome.error().code) {
    case ErrorCode::ConnectionLost:
    case ErrorCode::Timeout:
    case ErrorCode::Protocol:
    case ErrorCode::Cancelled:
      return Fate::Unknown;
    default:
      return Fate::NotSent;
  }
}

}  // namespace cfkops::kube
