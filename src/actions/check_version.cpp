#include "kafka_cluster.hpp"
#include "kinds.hpp"
#include "version_range.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

CheckResult unknown(const std::string& why) {
  return {.verdict = Verdict::Unknown,
          .summary = why,
          .details = {},
          .remedy = "make the version readable; unknown is not taken for right",
          .outputs = {}};
}

/// What one broker says its version is; its application bean is named by the node's id, hence the
/// pattern.
Result<std::string> version_in(std::string_view body) {
  CFKOPS_ASSIGN(const Json beans, kafka::jolokia_value(body));
  for (const auto& [name, attributes] : beans.members()) {
    const std::string version = attributes.string_or("/Version", "");
    if (!version.empty()) {
      return version;
    }
  }
  return make_error(ErrorCode::NotFound, "it does not say its version");
}

/// The versions of all brokers. Errors: the first that does not tell.
Result<std::set<std::string>> kafka_versions(kube::Reader& reader,
                                             const engine::Arguments& arguments) {
  const runbook::Value* target = arguments.find("target");
  if (target == nullptr || target->map() == nullptr) {
    return make_error(
        ErrorCode::InvalidInput, "the version of kafka needs a target", "target: ${params.target}");
  }
  CFKOPS_ASSIGN(const KafkaCluster cluster, read_cluster(reader, *target->map()));
  if (cluster.broker_pods.empty()) {
    return make_error(
        ErrorCode::NotFound,
        "StatefulSet " + cluster.target.broker_set + " has no replicas: no broker tells a version");
  }
  std::vector<kube::ReadRequest> requests;
  for (const std::string& pod : cluster.broker_pods) {
    requests.push_back(kafka::jolokia_read(
        cluster.target.ns, pod, "kafka.server:type=app-info,id=*", {"Version"}));
  }
  std::set<std::string> versions;
  const auto answers = reader.batch(requests, kPollTimeout);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto version = answers[i] ? version_in(*answers[i]) : Result<std::string>(answers[i].error());
    if (!version) {
      return std::move(version).error().in("pod " + cluster.broker_pods[i]);
    }
    versions.insert(*std::move(version));
  }
  return versions;
}

Result<std::set<std::string>> versions_of(kube::Reader& reader,
                                          const engine::Arguments& arguments) {
  if (arguments.string("of") == "kafka") {
    return kafka_versions(reader, arguments);
  }
  CFKOPS_ASSIGN(const kube::ServerVersion version, reader.server_version());
  return std::set<std::string>{version.text};
}

class Version final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& /*context*/,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const auto versions = versions_of(reader, arguments);
    if (!versions) {
      return unknown(versions.error().text());
    }
    const std::string of = arguments.string("of");
    const std::string range = arguments.string("range");
    std::vector<std::string> outside;
    for (const std::string& version : *versions) {
      const auto inside = in_range(version, range);
      if (!inside) {
        return unknown(inside.error().text());
      }
      if (!*inside) {
        outside.push_back(version);
      }
    }
    const std::vector<std::string> all(versions->begin(), versions->end());
    CheckResult result{.verdict = outside.empty() ? Verdict::Pass : Verdict::Fail,
                       .summary = of + " " + base::enumerate(all) + ", wanted " + range,
                       .details = {},
                       .remedy = {},
                       .outputs = {{"version", all.empty() ? std::string() : all.front()}}};
    if (!outside.empty()) {
      result.remedy = "this runbook was not written for " + of + " " + base::enumerate(outside);
    }
    return result;
  }

  /// Of Kubernetes none: without that no run is planned.
  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& /*context*/,
      kube::Reader& /*reader*/,
      const engine::Arguments& arguments) const override {
    return arguments.string("of") == "kafka" ? std::nullopt
                                             : std::optional(std::vector<kube::AccessQuestion>());
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "version", .summary = "a version is in a range"};
    spec.is_check = true;
    spec.arguments = {
        {.name = "of",
         .type = Type::enumeration({"kubernetes", "kafka"}),
         .required = true,
         .help = "of what"},
        {.name = "range",
         .type = text,
         .required = true,
         .help = "comparisons that must all hold, such as >=1.25 <2"},
        {.name = "target", .type = Type::ref({"Kafka"}), .help = "the cluster, for kafka"}};
    spec.outputs = {{"version", text, "the version, of several the lowest by spelling"}};
    spec.permissions = kafka_permissions("kafka");
    spec.permissions.insert(spec.permissions.begin(),
                            {.verb = "get", .resource = "/version", .only = "kubernetes"});
    spec.example =
        "- check: version\n"
        "  with: {of: kubernetes, range: \">=1.25 <2\"}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_version() {
  static const Version kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
