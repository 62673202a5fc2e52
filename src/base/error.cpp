#include "cfkops/base/error.hpp"

#include <utility>

namespace cfkops::base {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
      return "InvalidInput";
    case ErrorCode::NotFound:
      return "NotFound";
    case ErrorCode::AlreadyExists:
      return "AlreadyExists";
    case ErrorCode::Conflict:
      return "Conflict";
    case ErrorCode::Unauthorized:
      return "Unauthorized";
    case ErrorCode::Forbidden:
      return "Forbidden";
    case ErrorCode::Invalid:
      return "Invalid";
    case ErrorCode::Gone:
      return "Gone";
    case ErrorCode::TooManyRequests:
      return "TooManyRequests";
    case ErrorCode::ServerError:
      return "ServerError";
    case ErrorCode::Unreachable:
      return "Unreachable";
    case ErrorCode::ConnectionLost:
      return "ConnectionLost";
    case ErrorCode::Timeout:
      return "Timeout";
    case ErrorCode::Tls:
      return "Tls";
    case ErrorCode::Protocol:
      return "Protocol";
    case ErrorCode::Io:
      return "Io";
    case ErrorCode::Refused:
      return "Refused";
    case ErrorCode::Unknown:
      return "Unknown";
    case ErrorCode::Cancelled:
      return "Cancelled";
    case ErrorCode::Internal:
      return "Internal";
  }
  return "Internal";
}

Error Error::in(std::string what) && {
  context.insert(context.begin(), std::move(what));
  return std::move(*this);
}

Error Error::with_hint(std::string what) && {
  if (hint.empty()) {
    hint = std::move(what);
  }
  return std::move(*this);
}

std::string Error::text() const {
  std::string out;
  for (const std::string& step : context) {
    out += step;
    out += " › ";
  }
  return out + message;
}

bool Error::outcome_unknown() const {
  switch (code) {
    case ErrorCode::ConnectionLost:
    case ErrorCode::Timeout:
    case ErrorCode::ServerError:  // a gateway's, or "etcdserver: request timed out": either may lie
    case ErrorCode::Protocol:     // there was an answer, but nobody could read it
    case ErrorCode::Cancelled:    // we stopped listening
      return true;
    default:
      return false;
  }
}

Error make_error(ErrorCode code, std::string message, std::string hint) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

std::string SourcePos::text() const {
  std::string out = file;
  if (line > 0) {
    out += ":" + std::to_string(line);
    if (column > 0) {
      out += ":" + std::to_string(column);
    }
  }
  return out;
}

}  // namespace cfkops::base
