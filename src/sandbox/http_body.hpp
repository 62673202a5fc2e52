#pragma once

#include "http_head.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// The body of a request.
struct HttpBody {
  std::string text = {};
  std::size_t size = 0;  ///< as it came, with what frames it
  int refusal = 0;       ///< the status to refuse it with, 0 for none
};

/// Reads what follows the head, of the length that it says or in chunks; none while it is not all
/// there. Chunks that are none, or are longer than a body may be, are refused.
[[nodiscard]] std::optional<HttpBody> read_http_body(const HttpHead& head, std::string_view bytes);

}  // namespace cfkops::sandbox
