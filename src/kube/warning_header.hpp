#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// The texts of the warnings with code 299 in one `Warning` header (RFC 7234 §5.5), escapes
/// resolved and printable. What does not parse is left out.
[[nodiscard]] std::vector<std::string> warning_texts(std::string_view header);

}  // namespace cfkops::kube
