#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cfkops::test {

/// A text with a place in it, which a test marks with "‸".
struct MarkedText {
  std::string text;
  std::size_t offset = 0;
};

/// Takes the mark out.
[[nodiscard]] MarkedText marked(std::string_view text);

/// A runbook with parameters and steps up to, and a text behind, where `middle` stands: the steps
/// that a test is about.
[[nodiscard]] std::string around(std::string_view middle);

}  // namespace cfkops::test
