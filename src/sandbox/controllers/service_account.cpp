#include "controllers/cluster_objects.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kube-controller-manager";
constexpr std::string_view kAccount = "default";
constexpr std::string_view kRootCa = "kube-root-ca.crt";
constexpr std::string_view kDescription =
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
    "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
    "guaranteed across distributions of Kubernetes clusters.";
// Nobody inside the simulated cluster opens a connection, so nobody reads it.
constexpr std::string_view kCertificate =
    "-----BEGIN CERTIFICATE-----\nc2FuZGJveA==\n-----END CERTIFICATE-----\n";

/// Keeps the account and the certificate's config map that every namespace has.
class ServiceAccountController final : public Controller {
 public:
  explicit ServiceAccountController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), std::chrono::milliseconds(1), [this](const Key& key) {
          reconcile(key.name);
        }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "namespaces" && change.type != Change::Type::Deleted) {
      queue_.add({"namespaces", {}, change.key.name});
    } else if ((change.key.bucket == "serviceaccounts" && change.key.name == kAccount) ||
               (change.key.bucket == "configmaps" && change.key.name == kRootCa)) {
      queue_.add({"namespaces", {}, change.key.ns});
    }
  }

 private:
  void reconcile(const std::string& ns) {
    const Shared space = stored(registry_, "namespaces", {}, ns);
    if (space == nullptr || is_deleting(*space)) {
      return;
    }
    if (stored(registry_, "serviceaccounts", ns, kAccount) == nullptr) {
      create_stored(registry_,
                    "serviceaccounts",
                    ns,
                    {{"metadata", {{"name", std::string(kAccount)}, {"namespace", ns}}}},
                    as_controller(kManager));
    }
    keep_certificate(ns);
  }

  void keep_certificate(const std::string& ns) {
    const Value data = {{"ca.crt", std::string(kCertificate)}};
    const Value annotations = {{"kubernetes.io/description", std::string(kDescription)}};
    const Shared map = stored(registry_, "configmaps", ns, kRootCa);
    if (map == nullptr) {
      create_stored(
          registry_,
          "configmaps",
          ns,
          {{"metadata",
            {{"name", std::string(kRootCa)}, {"namespace", ns}, {"annotations", annotations}}},
           {"data", data}},
          as_controller(kManager));
    } else if (object_at(*map, {"data"}) != data && !is_deleting(*map)) {
      change_stored(
          registry_,
          key_of("configmaps", *map),
          [&](Value& fresh) { fresh["data"] = data; },
          as_controller(kManager));
    }
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> service_account_controller(Registry& registry) {
  return std::make_unique<ServiceAccountController>(registry);
}

}  // namespace cfkops::sandbox
