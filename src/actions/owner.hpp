#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/object.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::actions {

/// The controller that owns an object, as its owner reference has it; null where there is none.
/// Pure.
[[nodiscard]] Json controller_of(const kube::Object& object);

/// The name of that controller where it is of this kind; "" otherwise. Pure.
[[nodiscard]] std::string controller_name(const kube::Object& object, std::string_view kind);

/// That controller for people: "Kafka kafka"; nothing where there is none. Pure.
[[nodiscard]] std::optional<std::string> controller_text(const kube::Object& object);

}  // namespace cfkops::actions
