#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace cfkops::rehearse {

/// What stands in place of a value that was left out.
constexpr std::string_view kLeftOut = "***";

/// A text that holds a credential by the look of it: a JAAS entry, a private key, a token, a URL
/// with a user, `password=…`.
[[nodiscard]] bool looks_like_credential(std::string_view text);

/// Takes out of an object what a snapshot never holds: managed fields, the resource version, the
/// object last applied, all values of Secrets and ConfigMaps (their keys stay), and what is a
/// credential by its name or its look.
void redact(nlohmann::json& object);

}  // namespace cfkops::rehearse
