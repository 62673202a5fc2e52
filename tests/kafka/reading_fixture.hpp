#pragma once

#include "support/scripted_transport.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/kube/reader.hpp"

#include <string>

namespace cfkops::kafka::test {

/// A reader on a scripted API server whose pods answer as Jolokia 2.3.0 in front of Kafka 4.3.0
/// does.
struct Bench {
  cfkops::test::ScriptedTransport transport;
  Cancel cancel;
  kube::Loop loop{transport, transport.clock(), cancel};
  kube::Reader reader{loop, {}};

  /// What a pod answers to a read whose percent-encoded MBean begins so.
  cfkops::test::Rule& bean(const std::string& pod, const std::string& encoded) {
    return transport.on(
        "GET",
        "/api/v1/namespaces/confluent/pods/" + pod + ":7777/proxy/jolokia/read/" + encoded + "*");
  }
};

inline std::string success(const std::string& value) {
  return R"({"request":{"type":"read"},"value":)" + value +
         R"(,"status":200,"timestamp":1795419908})";
}

/// What Jolokia says of an MBean that is not there, in an HTTP 200.
inline std::string missing() {
  return R"({"request":{"type":"read"},"error_type":"javax.management.InstanceNotFoundException",)"
         R"("error":"javax.management.InstanceNotFoundException : No MBean","status":404})";
}

}  // namespace cfkops::kafka::test
