#pragma once

#include "refusal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// Where a page of a list begins (apiserver pkg/storage/continue.go).
struct PageToken {
  std::uint64_t revision = 0;
  std::string start;  ///< "namespace/name", or "name" in one namespace, and a zero byte
};

[[nodiscard]] std::string write_page_token(const PageToken& token);

/// Refused: 400 for what is none.
[[nodiscard]] Answer<PageToken> read_page_token(std::string_view text);

}  // namespace cfkops::sandbox
