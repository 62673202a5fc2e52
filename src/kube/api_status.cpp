#include "cfkops/kube/api_status.hpp"

#include "status_body.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

constexpr std::size_t kMaxBody = 2048;

struct Reason {
  std::string_view name;
  int http_status;
};

/// For a Status inside a stream, which may come without a code.
constexpr std::array<Reason, 16> kReasons = {{{"Unauthorized", 401},
                                              {"Forbidden", 403},
                                              {"NotFound", 404},
                                              {"MethodNotAllowed", 405},
                                              {"AlreadyExists", 409},
                                              {"Conflict", 409},
                                              {"Gone", 410},
                                              {"Expired", 410},
                                              {"RequestEntityTooLarge", 413},
                                              {"UnsupportedMediaType", 415},
                                              {"Invalid", 422},
                                              {"TooManyRequests", 429},
                                              {"BadRequest", 400},
                                              {"InternalError", 500},
                                              {"ServiceUnavailable", 503},
                                              {"Timeout", 504}}};

ErrorCode code_of(int http_status, std::string_view reason) {
  switch (http_status) {
    case 401:
      return ErrorCode::Unauthorized;
    case 403:
      return ErrorCode::Forbidden;
    case 404:
      return ErrorCode::NotFound;
    case 409:
      return reason == "AlreadyExists" ? ErrorCode::AlreadyExists : ErrorCode::Conflict;
    case 410:
      return ErrorCode::Gone;
    case 429:
      return ErrorCode::TooManyRequests;
    default:
      return http_status >= 500 ? ErrorCode::ServerError : ErrorCode::Invalid;
  }
}

/// client-go's words for an answer without a Status (NewGenericServerResponse).
std::string generic_words(int http_status) {
  switch (http_status) {
    case 400:
      return "the server rejected our request for an unknown reason";
    case 401:
      return "the server has asked for the client to provide credentials";
    case 403:
      return "the server does not allow this request";
    case 404:
      return "the server could not find the requested resource";
    case 405:
      return "the server does not allow this method on the requested resource";
    case 406:
      return "the server was unable to respond with a content type that the client supports";
    case 409:
      return "the server reported a conflict";
    case 410:
      return "the requested version is no longer available";
    case 413:
      return "the request is larger than the server accepts";
    case 415:
      return "the server does not support this kind of patch for the resource";
    case 422:
      return "the server rejected our request due to an error in our request";
    case 429:
      return "the server has received too many requests and has asked us to try again later";
    case 502:
      return "bad gateway";
    case 503:
      return "the server is currently unable to handle the request";
    case 504:
      return "the server was unable to return a response in the time allotted, but may still be "
             "processing the request";
    default:
      return fmt::format("the server answered with HTTP status {}", http_status);
  }
}

/// Where the quoted string that begins at `start` ends: the position of its last quote.
std::size_t end_of_quoted(std::string_view text, std::size_t start) {
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i;
    }
  }
  return text.size();
}

/// The server quotes whole objects in some errors, a Secret's values included: `Invalid value:
/// "{…}"`.
std::string without_objects(std::string_view text) {
  constexpr std::string_view kMark = "Invalid value: \"{";
  std::string out;
  for (;;) {
    const std::size_t mark = text.find(kMark);
    if (mark == std::string_view::npos) {
      return out.append(text);
    }
    const std::size_t quote = mark + kMark.size() - 2;
    const std::size_t end = end_of_quoted(text, quote);
    out.append(text.substr(0, quote)).append("\"{…}\"");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Of the checks that a server makes of itself (`/readyz?verbose`) only those that failed: there
/// are dozens, and these may be the last.
std::string without_passed_checks(const std::string& body) {
  if (body.find("[-]") == std::string::npos) {
    return body;
  }
  std::string failed;
  for (const std::string& line : base::split(body, '\n')) {
    failed += line.starts_with("[+]") ? "" : line + "\n";
  }
  return failed;
}

std::string quoted_body(const std::string& body) {
  const std::string shortened = without_objects(without_passed_checks(body));
  std::string_view text = base::trim(shortened);
  const bool cut = text.size() > kMaxBody;
  std::string shown = base::printable(text.substr(0, kMaxBody));
  return cut ? shown + "…" : shown;
}

std::vector<ErrorCause> causes_of(const Json& status) {
  std::vector<ErrorCause> causes;
  for (const Json& entry : status.items("/details/causes")) {
    ErrorCause cause{base::printable(entry.string_or("/reason", "")),
                     base::printable(entry.string_or("/field", "")),
                     base::printable(without_objects(entry.string_or("/message", "")))};
    if (std::find(causes.begin(), causes.end(), cause) == causes.end()) {
      causes.push_back(std::move(cause));
    }
  }
  return causes;
}

/// The Kind "name" is invalid: field: message, or one "* field: message" per line.
std::string invalid_words(const Json& status, const Error& error) {
  const std::string kind = status.string_or("/details/kind", "");
  if (kind.empty() || error.causes.empty()) {
    return error.message;
  }
  std::string words = fmt::format("The {} \"{}\" is invalid:",
                                  base::printable(kind),
                                  base::printable(status.string_or("/details/name", "")));
  const auto line = [](const ErrorCause& cause) {
    return cause.field.empty() ? cause.message : cause.field + ": " + cause.message;
  };
  if (error.causes.size() == 1) {
    return words + " " + line(error.causes.front());
  }
  for (const ErrorCause& cause : error.causes) {
    words += "\n* " + line(cause);
  }
  return words;
}

Error from_status(const Json& status, int http_status) {
  Error error;
  error.reason = base::printable(status.string_or("/reason", ""));
  error.http_status = http_status;
  error.code = code_of(http_status, error.reason);
  error.causes = causes_of(status);
  error.message = quoted_body(status.string_or("/message", ""));
  if (error.message.empty()) {
    error.message = generic_words(http_status);
  }
  if (http_status == 422) {
    error.message = invalid_words(status, error);
  }
  return error;
}

Error from_text(const Response& response) {
  Error error;
  error.http_status = response.status;
  error.code = code_of(response.status, "");
  error.message = generic_words(response.status);
  const std::string body = quoted_body(response.body);
  if (!body.empty()) {
    error.message += ": " + body;
  }
  return error;
}

/// The text between `before` and `after` in `text`, or nothing.
std::optional<std::string> between(const std::string& text,
                                   std::string_view before,
                                   std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t from = start + before.size();
  const std::size_t end = text.find(after, from);
  if (end == std::string::npos) {
    return std::nullopt;
  }
  return text.substr(from, end - from);
}

/// RBAC's denial names verb, resource and namespace; they are turned into the command that asks the
/// same.
std::optional<std::string> rbac_question(const std::string& message) {
  if (const auto path = between(message, "path \"", "\"")) {
    return "kubectl auth can-i " + between(message, " cannot ", " path").value_or("get") + " " +
           *path;
  }
  const auto verb = between(message, " cannot ", " resource \"");
  const auto resource = between(message, " resource \"", "\"");
  const auto group = between(message, "in API group \"", "\"");
  if (!verb || !resource || !group) {
    return std::nullopt;
  }
  const std::size_t slash = resource->find('/');
  std::string words = "kubectl auth can-i " + *verb + " " + resource->substr(0, slash);
  if (!group->empty()) {
    words += "." + *group;
  }
  if (slash != std::string::npos) {
    words += " --subresource=" + resource->substr(slash + 1);
  }
  if (const auto ns = between(message, "in the namespace \"", "\"")) {
    words += " -n " + *ns;
  } else if (message.find("at the cluster scope") != std::string::npos) {
    words += " -A";
  }
  return words;
}

bool caused_by(const Error& error, std::string_view reason) {
  return std::any_of(error.causes.begin(), error.causes.end(), [reason](const ErrorCause& cause) {
    return cause.reason == reason;
  });
}

/// "the server", and which, where that is known.
std::string which(std::string_view noun, const std::string& server) {
  return server.empty() ? std::string(noun) : fmt::format("{} {}", noun, server);
}

std::string forbidden_hint(const Error& error, const std::string& server) {
  if (caused_by(error, "NamespaceTerminating")) {
    return "the namespace is being deleted: nothing can be created in it any more";
  }
  if (const auto question = rbac_question(error.message)) {
    return "check with: " + *question + "; ask " +
           (server.empty() ? "an administrator" : "an administrator of " + server) +
           " for that verb";
  }
  return "a rule of " + which("the cluster", server) +
         " (admission, quota or pod security) says no; the message names it";
}

std::string busy_hint(const Error& error, const std::string& server) {
  for (const ErrorCause& cause : error.causes) {
    if (cause.reason == "DisruptionBudget") {
      return cause.message + "; look at it with: kubectl get poddisruptionbudgets";
    }
  }
  const std::string when =
      error.retry_after ? fmt::format("in {}s", error.retry_after->count()) : "later";
  return which("the API server", server) + " is busy: try again " + when;
}

std::string conflict_hint(const Error& error) {
  std::vector<std::string> fields;
  for (const ErrorCause& cause : error.causes) {
    if (cause.reason == "FieldManagerConflict") {
      fields.push_back(cause.field + " (" + cause.message + ")");
    }
  }
  return fields.empty() ? "somebody changed it in the meantime: read it again, then decide"
                        : "others manage these fields: " + base::enumerate(fields) +
                              "; leave them out, or apply with force to take them over";
}

/// The message names what is missing as the API server does: configmaps "a" not found.
std::string missing_hint(const Error& error) {
  const std::string plural = error.message.substr(0, error.message.find(" \""));
  const bool word =
      plural.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
  return std::string("check the name and the namespace") +
         (word ? "; see what there is with: kubectl get " + plural + " -n NAMESPACE" : "");
}

std::string invalid_hint(int http_status) {
  switch (http_status) {
    case 413:
      return "send less at once";
    case 415:
      return "custom resources know no strategic merge patch: use a JSON or merge patch";
    default:
      return "correct what the message names and try again";
  }
}

std::string hint_for(const Error& error, const std::string& server) {
  switch (error.code) {
    case ErrorCode::Unauthorized:
      return which("the server", server) +
             " refused the credentials of this context: log in again, then check with: "
             "kubectl auth whoami";
    case ErrorCode::Forbidden:
      return forbidden_hint(error, server);
    case ErrorCode::NotFound:
      return error.reason.empty()
                 ? "this server may not serve that kind: check with: kubectl api-resources"
                 : missing_hint(error);
    case ErrorCode::AlreadyExists:
      return "look at what exists before replacing it";
    case ErrorCode::Conflict:
      return conflict_hint(error);
    case ErrorCode::Gone:
      return "the server does not keep that state any more: start over from a new list";
    case ErrorCode::TooManyRequests:
      return busy_hint(error, server);
    case ErrorCode::ServerError:
      return "the API server or something behind it has a problem: check with: kubectl get --raw "
             "'/readyz?verbose'";
    default:
      return invalid_hint(error.http_status);
  }
}

int http_status_of(const Json& status) {
  const std::int64_t code = status.int_or("/code", 0);
  if (code >= 400 && code <= 599) {
    return static_cast<int>(code);
  }
  const std::string reason = status.string_or("/reason", "");
  const auto found = std::find_if(
      kReasons.begin(), kReasons.end(), [&](const Reason& row) { return row.name == reason; });
  return found == kReasons.end() ? 500 : found->http_status;
}

}  // namespace

Error error_of(const Response& response, const std::string& what) {
  const Json status = status_body(response.body);
  Error error = status.is_null() ? from_text(response) : from_status(status, response.status);
  error.retry_after = retry_after(response);
  error.hint = hint_for(error, response.server);
  return std::move(error).in(what);
}

Error error_of_status(std::string_view status_json, const std::string& what) {
  const Json status = stream_status(status_json);
  if (status.is_null()) {
    return make_error(ErrorCode::ServerError,
                      "the server reported: " + quoted_body(std::string(status_json)))
        .in(what);
  }
  Error error = from_status(status, http_status_of(status));
  error.retry_after = retry_after(status);
  error.hint = hint_for(error, "");
  return std::move(error).in(what);
}

}  // namespace cfkops::kube
