#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/error.hpp"
#include "cfkops/kube/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::test {

/// What a scripted server answers to one request.
struct Answer {
  struct Piece {
    Duration wait{};  ///< after the piece before
    std::string bytes;
  };

  int status = 200;
  std::string body = {};
  std::vector<kube::Header> headers = {};
  Duration delay = {};              ///< before anything comes back
  std::optional<Error> error = {};  ///< instead of an answer; after the pieces of a stream
  std::vector<Piece> pieces = {};   ///< of a stream, after `body`
  bool stays_open = false;          ///< a stream or socket that does not end by itself
  bool hangs = false;               ///< never answers; the request's own timeout still applies
  std::string protocol = "";        ///< of a socket: what the server chose
  int close_code = 1000;            ///< of a socket that does not stay open
};

[[nodiscard]] Answer reply(int status,
                           std::string body = {},
                           std::vector<kube::Header> headers = {});
[[nodiscard]] std::string text_of(const nlohmann::json& body);

/// nlohmann's type turns into strings by itself, and throws when it is none: hence an overload that
/// fits better.
template <class T>
concept JsonValue = std::same_as<T, nlohmann::json>;

template <JsonValue T>
[[nodiscard]] Answer reply(int status, const T& body, std::vector<kube::Header> headers = {}) {
  return reply(status, text_of(body), std::move(headers));
}

/// A `Status` object as the API server sends it with an error.
[[nodiscard]] Answer refuse(int status, const std::string& reason, const std::string& message);

/// No answer but an error of the transport, such as `failure(ErrorCode::ConnectionLost)`.
[[nodiscard]] Answer failure(ErrorCode code, const std::string& message = {});

/// No answer at all.
[[nodiscard]] Answer silence();

/// How one call goes wrong, whatever its script says: for sweeps.
enum class Fault {
  Unreachable,    ///< connection refused; the server did not see it
  LostBefore,     ///< connection lost; the server did not see it
  LostAfter,      ///< connection lost; the server did it
  TimeoutBefore,  ///< no answer in time; the server did not see it
  TimeoutAfter,   ///< no answer in time; the server did it
  Conflict,       ///< 409
  Busy,           ///< 429 with Retry-After: 1, plain text
  Broken,         ///< 500 with a Status
  Gateway,        ///< 502 without a Status; the server did not see it
  GatewayAfter,   ///< 504 without a Status; the server did it
  Expired,        ///< 410
  Redirect,       ///< 302 to a login page; the server did not see it
  LoginPage,      ///< 200 with HTML; the server did not see it
};

/// All of them, for loops.
[[nodiscard]] const std::vector<Fault>& all_faults();
[[nodiscard]] std::string to_string(Fault fault);

/// What the client gets when a call goes wrong so.
[[nodiscard]] Answer spoil(Fault fault);

/// Whether the server does what it was asked all the same.
[[nodiscard]] bool takes_effect(Fault fault);

}  // namespace cfkops::test
