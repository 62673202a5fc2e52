#pragma once

#include "cfkops/kube/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

inline constexpr std::size_t kLongestBody = 3UL * 1024 * 1024;

/// What stands at the front of the bytes that a client has sent.
struct HttpHead {
  kube::Request request = {};
  std::size_t size = 0;       ///< of the head, with the empty line
  std::size_t body_size = 0;  ///< what Content-Length says
  bool chunked = false;       ///< the body comes in chunks instead
  bool keeps_alive = true;    ///< the client wants the connection afterwards
  bool expects_continue = false;
  int refusal = 0;  ///< the status to refuse it with, 0 for none
};

/// Reads a head; none while it is not all there. One longer than 64 KiB, a body longer than 3 MiB
/// and what is no HTTP/1.1 is refused.
[[nodiscard]] std::optional<HttpHead> read_http_head(std::string_view bytes);

/// The head of an answer, with the empty line. `framing` is the header that says how the body ends,
/// "" where there is none.
[[nodiscard]] std::string write_http_head(const kube::Response& response,
                                          std::string_view framing,
                                          bool keeps_alive);

}  // namespace cfkops::sandbox
