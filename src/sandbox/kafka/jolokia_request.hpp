#pragma once

#include "value.hpp"

#include "cfkops/kube/transport.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// One request to Jolokia.
struct JolokiaRequest {
  std::string type;  ///< in lower case; "" where none was given
  std::optional<std::string> mbean = {};
  std::vector<std::string> attributes = {};  ///< empty: all
  bool listed = false;                       ///< attributes were given as a list
  std::string path = {};                     ///< into the value
};

/// From what stands behind "/jolokia/", decoded: "read/kafka.server:type=KafkaServer,name=*/Value".
[[nodiscard]] JolokiaRequest path_request(std::string_view path);

/// From an element of a posted body.
[[nodiscard]] JolokiaRequest body_request(const Value& body);

}  // namespace cfkops::sandbox
