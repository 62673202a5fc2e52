#pragma once

#include "cfkops/base/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::lsp {

/// Codes of JSON-RPC and of the protocol.
enum class Refusal {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  NotInitialized = -32002,
  Cancelled = -32800,
};

/// A message of the client.
struct Message {
  enum class Kind {
    Request,       ///< wants an answer
    Notification,  ///< wants none
    Response,      ///< answers what we never ask
    Malformed,     ///< `refusal` and `wrong` say why
  };

  Kind kind = Kind::Malformed;
  std::string id;  ///< as JSON text; "null" where it has none
  std::string method;
  Json params;
  Refusal refusal = Refusal::InvalidRequest;
  std::string wrong;
};

/// Takes the content of a message apart.
[[nodiscard]] Message read_message(std::string_view content);

/// The content of an answer. `id` is JSON text.
[[nodiscard]] std::string answer(const std::string& id, const Json& result);
[[nodiscard]] std::string refuse(const std::string& id, Refusal refusal, const std::string& why);

/// The content of a notification.
[[nodiscard]] std::string notification(std::string_view method, const Json& params);

}  // namespace cfkops::lsp
