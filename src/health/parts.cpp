#include "parts.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::health {

namespace {

constexpr std::array<std::string_view, kParts> kWords = {
    "nodes",
    "pods",
    "events",
    "persistent volumes",
    "the API server's readiness checks",
    "the API server's liveness checks",
    "leases in kube-system",
    "leases in kube-node-lease",
    "the API server's version",
    "timed reads",
    "namespaces",
    "persistent volume claims",
    "storage classes",
    "volume attachments",
    "stateful sets",
    "deployments",
    "daemon sets",
    "disruption budgets",
    "resource quotas",
    "services",
    "endpoint slices",
    "API services",
    "mutating webhooks",
    "validating webhooks",
    "custom resource definitions",
    "certificate requests",
    "TLS secrets",
    "Confluent's components",
    "Confluent's applications",
    "secrets that components name",
    "REST of Confluent's components",
    "Kafka's topics",
    "limit ranges",
    "network policies",
    "the API server's flow control",
    "kubelets' statistics",
    "Kafka",
};

kube::Resource of_group(const char* group, const char* plural, const char* kind, bool namespaced) {
  return {group, "v1", plural, kind, namespaced};
}

/// Of Confluent's operator; a cluster without it serves none, and an old one not all.
ListedPart of_confluent(Part part, const char* plural, const char* kind) {
  return {part, {"platform.confluent.io", "v1beta1", plural, kind, true}, {}, {}, true};
}

std::vector<ListedPart> make_parts() {
  namespace known = kube::resources;
  constexpr const char* kHooks = "admissionregistration.k8s.io";
  return {
      {Part::Nodes, known::nodes()},
      {Part::Events, known::events(), {}, "type%3DWarning"},
      {Part::Volumes, known::persistent_volumes()},
      {Part::SystemLeases, known::leases(), "kube-system"},
      {Part::NodeLeases, known::leases(), "kube-node-lease"},
      {Part::Namespaces, known::namespaces()},
      {Part::Claims, known::persistent_volume_claims()},
      {Part::Classes, known::storage_classes()},
      {Part::Attachments,
       of_group("storage.k8s.io", "volumeattachments", "VolumeAttachment", false),
       {},
       {},
       true},
      {Part::StatefulSets, known::stateful_sets()},
      {Part::Deployments, known::deployments()},
      {Part::DaemonSets, known::daemon_sets()},
      {Part::Budgets, known::pod_disruption_budgets()},
      {Part::Quotas, kube::resources::resource_quotas()},
      {Part::Services, known::services()},
      {Part::EndpointSlices, of_group("discovery.k8s.io", "endpointslices", "EndpointSlice", true)},
      {Part::ApiServices,
       of_group("apiregistration.k8s.io", "apiservices", "APIService", false),
       {},
       {},
       true},
      {Part::Mutating,
       of_group(kHooks, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false),
       {},
       {},
       true},
      {Part::Validating,
       of_group(kHooks, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false),
       {},
       {},
       true},
      {Part::Definitions,
       of_group(
           "apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition", false),
       {},
       {},
       true},
      {Part::SigningRequests,
       of_group(
           "certificates.k8s.io", "certificatesigningrequests", "CertificateSigningRequest", false),
       {},
       {},
       true},
      {Part::LimitRanges, {"", "v1", "limitranges", "LimitRange", true}},
      {Part::NetworkPolicies,
       of_group("networking.k8s.io", "networkpolicies", "NetworkPolicy", true)},
      {Part::TlsSecrets, known::secrets(), {}, "type%3Dkubernetes.io%2Ftls"},
      of_confluent(Part::Components, "kafkas", "Kafka"),
      of_confluent(Part::Components, "kraftcontrollers", "KRaftController"),
      of_confluent(Part::Components, "zookeepers", "Zookeeper"),
      of_confluent(Part::Components, "schemaregistries", "SchemaRegistry"),
      of_confluent(Part::Components, "connects", "Connect"),
      of_confluent(Part::Components, "ksqldbs", "KsqlDB"),
      of_confluent(Part::Components, "kafkarestproxies", "KafkaRestProxy"),
      of_confluent(Part::Components, "controlcenters", "ControlCenter"),
      of_confluent(Part::Applications, "kafkatopics", "KafkaTopic"),
      of_confluent(Part::Applications, "connectors", "Connector"),
      of_confluent(Part::Applications, "schemas", "Schema"),
      of_confluent(Part::Applications, "schemaexporters", "SchemaExporter"),
      of_confluent(Part::Applications, "clusterlinks", "ClusterLink"),
      of_confluent(Part::Applications, "confluentrolebindings", "ConfluentRolebinding"),
      // The largest comes last: the answers to all others are done with while its pages are read.
      {Part::Pods, known::pods()},
  };
}

}  // namespace

std::string_view to_string(Part part) {
  return kWords[static_cast<std::size_t>(part)];
}

std::span<const ListedPart> listed_parts() {
  static const std::vector<ListedPart> kAll = make_parts();
  return kAll;
}

std::string namespace_of(const ListedPart& listed, const std::string& asked) {
  return listed.only_in.empty() ? asked : std::string(listed.only_in);
}

std::string_view path_of(Part part) {
  switch (part) {
    case Part::ReadyChecks:
      return "/readyz";
    case Part::LiveChecks:
      return "/livez";
    case Part::Version:
      return "/version";
    case Part::FlowControl:
      return "/debug/api_priority_and_fairness/dump_priority_levels";
    default:
      return "";
  }
}

Parts wanted_parts(const ReadOptions& options) {
  Parts wanted(Part::Version);  // the report names it
  for (const Check& check : catalogue()) {
    if (is_asked(check, options.checks)) {
      wanted.add(check.reads);
    }
  }
  if (wanted.has(Part::Topics)) {
    wanted.add(Part::Kafka);  // which tells the brokers
  }
  if (wanted.has(Part::Kafka)) {
    wanted.add(Part::StatefulSets);
  }
  if (wanted.has(Part::Rest)) {
    wanted.add(Part::Pods);
  }
  if (wanted.has(Part::Rest) || wanted.has(Part::NamedSecrets)) {
    wanted.add(Part::Components);
  }
  if (wanted.has(Part::Kubelets)) {
    wanted.add(Part::Pods);
  }
  return wanted;
}

}  // namespace cfkops::health
