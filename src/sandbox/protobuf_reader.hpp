#pragma once

#include "value.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// One object of a built-in kind as kubectl posts it, in the API's envelope for protobuf, as the
/// JSON that it stands for. The error says what is wrong with the bytes or that the kind is none.
[[nodiscard]] tl::expected<Value, std::string> read_protobuf(std::string_view bytes);

}  // namespace cfkops::sandbox
