#include "lock_lease.hpp"

#include "cfkops/kube/resource.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::engine {
namespace {

constexpr const char* kTarget = "cfkops.dev/lock";
constexpr const char* kRun = "cfkops.dev/run";
constexpr const char* kRunbook = "cfkops.dev/runbook";
constexpr const char* kProcess = "cfkops.dev/process";
constexpr const char* kManagedBy = "app.kubernetes.io/managed-by";

nlohmann::json metadata_of(const LockTarget& target, const LockHolder& holder) {
  return {{"labels", {{kManagedBy, "cfkops"}}},
          {"annotations",
           {{kTarget, target.text},
            {kRun, holder.run},
            {kRunbook, holder.runbook},
            {kProcess, holder.process}}}};
}

nlohmann::json spec_of(const LockHolder& holder,
                       Duration duration,
                       std::int64_t token,
                       WallTime now) {
  const std::string time = base::format_rfc3339(now);
  return {
      {"holderIdentity", holder.identity},
      {"leaseDurationSeconds", std::chrono::duration_cast<std::chrono::seconds>(duration).count()},
      {"acquireTime", time},
      {"renewTime", time},
      {"leaseTransitions", token}};
}

}  // namespace

Json new_lease(const LockTarget& target,
               const LockHolder& holder,
               Duration duration,
               WallTime now) {
  nlohmann::json metadata = metadata_of(target, holder);
  metadata["name"] = target.lease;
  metadata["namespace"] = target.ns;
  return Json(nlohmann::json{{"apiVersion", kube::resources::leases().api_version()},
                             {"kind", kube::resources::leases().kind},
                             {"metadata", std::move(metadata)},
                             {"spec", spec_of(holder, duration, 1, now)}});
}

Json taking_patch(const LockTarget& target,
                  const LockHolder& holder,
                  Duration duration,
                  std::int64_t token,
                  WallTime now) {
  return Json(nlohmann::json{{"metadata", metadata_of(target, holder)},
                             {"spec", spec_of(holder, duration, token, now)}});
}

Json renewing_patch(WallTime now) {
  return Json(nlohmann::json{{"spec", {{"renewTime", base::format_rfc3339(now)}}}});
}

Json releasing_patch(WallTime now) {
  return Json(nlohmann::json{
      {"spec", {{"holderIdentity", nullptr}, {"renewTime", base::format_rfc3339(now)}}}});
}

LockRecord read_lock(const kube::Object& lease) {
  const Json& json = lease.json();
  LockRecord record;
  record.ns = lease.ns();
  record.lease = lease.name();
  record.target = lease.annotation(kTarget).value_or("");
  record.holder = json.string_or("/spec/holderIdentity", "");
  record.run = record.holder.substr(0, record.holder.find(' '));
  record.runbook = lease.annotation(kRunbook).value_or("");
  record.process = lease.annotation(kProcess).value_or("");
  record.since = json.string_or("/spec/acquireTime", "");
  record.renewed = json.string_or("/spec/renewTime", "");
  if (const std::int64_t seconds = json.int_or("/spec/leaseDurationSeconds", 0); seconds > 0) {
    record.duration = std::chrono::seconds(seconds);
  }
  record.token = json.int_or("/spec/leaseTransitions", 0);
  record.uid = lease.uid();
  record.resource_version = lease.resource_version();
  return record;
}

}  // namespace cfkops::engine
