#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kafka {

/// The port of the Jolokia agent in CFK's images.
constexpr int kJolokiaPort = 7777;

/// A GET of one MBean (or pattern) through the pod proxy:
/// "kafka.server:type=ReplicaManager,name=*". `attributes` empty means all.
[[nodiscard]] kube::ReadRequest jolokia_read(const std::string& ns,
                                             const std::string& pod,
                                             std::string_view mbean,
                                             const std::vector<std::string>& attributes = {});

/// The `value` of an answer. Jolokia answers HTTP 200 even where it failed; errors: NotFound for a
/// missing MBean (its own status 404), Protocol otherwise. null and NaN stay null: unknown, never
/// zero.
[[nodiscard]] Result<Json> jolokia_value(std::string_view body);

/// One of `key_properties`, or nothing where the name has no such.
[[nodiscard]] std::optional<std::string> key_property(std::string_view object_name,
                                                      std::string_view key);

/// The key properties of an ObjectName: "kafka.cluster:name=A,partition=0,topic=t" gives {name: A,
/// …}; quoted values are unquoted.
[[nodiscard]] std::map<std::string, std::string> key_properties(std::string_view object_name);

}  // namespace cfkops::kafka
