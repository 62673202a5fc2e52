#include "kafka_mark.hpp"

#include "cfkops/kube/resource.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace cfkops::actions {

namespace {

using nlohmann::json;

constexpr const char* kRoll = "cfkops.dev/roll";
constexpr const char* kManagedBy = "app.kubernetes.io/managed-by";
constexpr std::int64_t kVersion = 1;

constexpr std::array<std::pair<RollRoles, const char*>, 3> kRoles = {
    {{RollRoles::Brokers, "brokers"},
     {RollRoles::Controllers, "controllers"},
     {RollRoles::All, "all"}}};

json metadata_of(const RollMark& mark) {
  const json roll = {{"version", kVersion},
                     {"run", mark.run},
                     {"who", mark.who},
                     {"begun", base::format_rfc3339(mark.begun)},
                     {"roles", to_string(mark.roles)},
                     {"pods", mark.pods}};
  return {{"labels", {{kManagedBy, "cfkops"}}}, {"annotations", {{kRoll, Json(roll).dump()}}}};
}

Result<RollMark> parse_mark(const std::string& text) {
  CFKOPS_ASSIGN(const Json roll, Json::parse(text));
  CFKOPS_ASSIGN(const std::int64_t version, roll.int_at("/version"));
  if (version != kVersion) {
    return make_error(ErrorCode::Protocol,
                      "/version: it is of version " + std::to_string(version) + ", not " +
                          std::to_string(kVersion));
  }
  RollMark mark;
  CFKOPS_ASSIGN(mark.run, roll.string_at("/run"));
  CFKOPS_ASSIGN(mark.who, roll.string_at("/who"));
  CFKOPS_ASSIGN(const std::string begun, roll.string_at("/begun"));
  CFKOPS_ASSIGN(mark.begun, base::parse_rfc3339(begun));
  CFKOPS_ASSIGN(const std::string roles, roll.string_at("/roles"));
  const std::optional<RollRoles> known = roles_of(roles);
  if (!known) {
    return make_error(ErrorCode::Protocol, "/roles: not one of brokers, controllers, all");
  }
  mark.roles = *known;
  for (const auto& [pod, uid] : roll.members("/pods")) {
    CFKOPS_ASSIGN(mark.pods[pod], uid.string_at(""));
  }
  if (mark.pods.empty()) {
    return make_error(ErrorCode::Protocol, "/pods: it names none");
  }
  return mark;
}

}  // namespace

std::string mark_name(const KafkaCluster& cluster) {
  return "cfkops.roll." + cluster.target.broker_set;
}

std::string mark_text(const KafkaCluster& cluster) {
  return "lease " + cluster.target.ns + "/" + mark_name(cluster);
}

std::string to_string(RollRoles roles) {
  for (const auto& [one, text] : kRoles) {
    if (one == roles) {
      return text;
    }
  }
  return "";
}

std::optional<RollRoles> roles_of(const std::string& text) {
  for (const auto& [one, known] : kRoles) {
    if (text == known) {
      return one;
    }
  }
  return std::nullopt;
}

std::vector<std::string> pods_of(const KafkaCluster& cluster, RollRoles roles) {
  std::vector<std::string> pods;
  if (roles != RollRoles::Brokers) {
    pods = cluster.controller_pods;
  }
  if (roles != RollRoles::Controllers) {
    pods.insert(pods.end(), cluster.broker_pods.begin(), cluster.broker_pods.end());
  }
  return pods;
}

Json mark_lease(const KafkaCluster& cluster, const RollMark& mark) {
  json metadata = metadata_of(mark);
  metadata["name"] = mark_name(cluster);
  metadata["namespace"] = cluster.target.ns;
  return Json(json{{"apiVersion", kube::resources::leases().api_version()},
                   {"kind", kube::resources::leases().kind},
                   {"metadata", std::move(metadata)},
                   {"spec", json::object()}});
}

Json mark_patch(const RollMark& mark) {
  return Json(json{{"metadata", metadata_of(mark)}});
}

FoundMark find_mark(const kube::Object& lease) {
  FoundMark found{.uid = lease.uid(), .resource_version = lease.resource_version()};
  const std::optional<std::string> text = lease.annotation(kRoll);
  if (!text) {
    found.unreadable = std::string("it has no annotation ") + kRoll;
    return found;
  }
  if (Result<RollMark> mark = parse_mark(*text)) {
    found.mark = *std::move(mark);
  } else {
    found.unreadable = std::string("annotation ") + kRoll + ": " + mark.error().text();
  }
  return found;
}

Error mark_not_allowed(Error error, const KafkaCluster& cluster) {
  error.hint =
      "a roll needs get, create, patch and delete on leases.coordination.k8s.io in "
      "namespace " +
      cluster.target.ns + ", for its mark; see docs/recovery.md";
  return error;
}

Result<std::optional<FoundMark>> read_mark(kube::Reader& reader, const KafkaCluster& cluster) {
  Result<kube::Object> lease =
      reader.get(kube::resources::leases(), cluster.target.ns, mark_name(cluster));
  if (lease) {
    return std::optional(find_mark(*lease));
  }
  if (lease.error().code == ErrorCode::NotFound) {
    return std::optional<FoundMark>();
  }
  if (lease.error().code == ErrorCode::Forbidden) {
    return mark_not_allowed(std::move(lease).error(), cluster);
  }
  return std::move(lease).error();
}

}  // namespace cfkops::actions
