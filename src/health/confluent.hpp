#pragma once

#include "cfkops/health/snapshot.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::health {

/// "kafka c/kafka", "connector c/orders": its kind and where it is.
[[nodiscard]] std::string confluent_text(const Json& object);

/// It is being deleted.
[[nodiscard]] bool is_going(const Json& object);

/// The annotation of Confluent's operator of that name, without what all begin with, or "".
[[nodiscard]] std::string annotation_of(const Json& object, std::string_view name);

/// The status of the condition of Confluent's operator of that name: "True", "False", or "".
[[nodiscard]] std::string condition_status(const Json& object, std::string_view name);

/// A secret that a component names.
struct SecretUse {
  std::string name = {};
  std::string where = {};  ///< "spec/tls/secretRef"
};

/// All that stand as a `secretRef` in its spec.
[[nodiscard]] std::vector<SecretUse> secrets_of(const Json& component);

/// A version as its first two numbers: {8, 3} of "8.3.0-1".
using Minor = std::pair<int, int>;

/// Nothing where the text does not begin with two numbers.
[[nodiscard]] std::optional<Minor> minor_of(std::string_view text);

/// That of the tag of an image; nothing where it is named by its digest.
[[nodiscard]] std::optional<Minor> image_minor(std::string_view image);

}  // namespace cfkops::health
