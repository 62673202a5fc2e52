#include "api/handlers.hpp"
#include "api/pod_container.hpp"
#include "controllers/lost_node.hpp"
#include "decode.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

// Of the disk of each node, which nothing fills: images, logs and what else is there.
constexpr double kUsedOfNode = 0.2;

double bytes_of(const std::string& quantity) {
  constexpr double kMilli = 1000;
  return static_cast<double>(quantity_milli(quantity)) / kMilli;
}

/// A file system as the kubelet counts it.
Value file_system(double capacity, double used) {
  const double full = std::min(used, capacity);
  return {{"capacityBytes", static_cast<std::uint64_t>(capacity)},
          {"usedBytes", static_cast<std::uint64_t>(full)},
          {"availableBytes", static_cast<std::uint64_t>(capacity - full)}};
}

/// The volumes of a pod that are claimed; of others nothing is told.
Value volumes_of(Registry& registry, const Exchange& exchange, const Value& pod) {
  const Kind* const claims = registry.kinds().find("", "v1", "persistentvolumeclaims");
  Program* const program = program_of(exchange, pod);
  const double used = program == nullptr ? 0 : program->stored(pod);
  Value volumes = Value::array();
  for (const Value& volume : list_at(pod, {"spec", "volumes"})) {
    const std::string name = text_at(volume, {"persistentVolumeClaim", "claimName"});
    if (name.empty()) {
      continue;
    }
    if (const auto claim = registry.get(*claims, namespace_of(pod), name)) {
      Value one = file_system(bytes_of(text_at(**claim, {"status", "capacity", "storage"})), used);
      one["name"] = text_at(volume, {"name"});
      one["pvcRef"] = {{"name", name}, {"namespace", namespace_of(pod)}};
      volumes.push_back(std::move(one));
    }
  }
  return volumes;
}

Value summary(Registry& registry, const Exchange& exchange, const Value& node) {
  const double disk = bytes_of(text_at(node, {"status", "capacity", "ephemeral-storage"}));
  const Value used = file_system(disk, disk * kUsedOfNode);
  Value pods = Value::array();
  for (const Shared& pod : registry.list(*registry.kinds().find("", "v1", "pods"))) {
    if (text_at(*pod, {"spec", "nodeName"}) == name_of(node) &&
        text_at(*pod, {"status", "phase"}) == "Running") {
      pods.push_back({{"podRef",
                       {{"name", name_of(*pod)},
                        {"namespace", namespace_of(*pod)},
                        {"uid", text_at(*pod, {"metadata", "uid"})}}},
                      {"volume", volumes_of(registry, exchange, *pod)}});
    }
  }
  return {{"node", {{"nodeName", name_of(node)}, {"fs", used}, {"runtime", {{"imageFs", used}}}}},
          {"pods", std::move(pods)}};
}

}  // namespace

Answer<kube::Response> serve_kubelet(Registry& registry,
                                     Exchange& exchange,
                                     const std::string& node,
                                     std::string_view path) {
  const auto there = registry.get(*exchange.route.kind, {}, node);
  if (!there) {
    return refuse(there.error());
  }
  if (is_lost(**there)) {
    return refuse(bare_refusal(
        503,
        "ServiceUnavailable",
        fmt::format("error trying to reach service: dial tcp {}:10250: connect: no route to host",
                    address_of(**there))));
  }
  const std::string& method = exchange.request.method;
  if (path != "/stats/summary" || (method != "GET" && method != "HEAD")) {
    return respond_text(exchange, 404, "404 page not found\n");
  }
  return respond(exchange, 200, summary(registry, exchange, **there));
}

}  // namespace cfkops::sandbox
