#include "kinds.hpp"
#include "upgrade_use.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

constexpr const char* kMetrics = "/metrics";
constexpr Duration kPatience = std::chrono::seconds(30);

/// The removals that lie between what is served now and the target.
std::vector<Removal> ahead(int now, int target) {
  std::vector<Removal> found;
  for (const Removal& one : removals()) {
    if (now >= 0 && one.minor > now && one.minor <= target) {
      found.push_back(one);
    }
  }
  return found;
}

/// A part that cannot be read does not hide the others.
void tell_unread(const std::string& what, const Error& error, UpgradeFindings& found) {
  found.unknown.push_back(fmt::format("{}: {}", what, error.text()));
}

void look_at_writers(kube::Reader& reader, const Removal& removal, UpgradeFindings& found) {
  const std::string name = fmt::format("{}.{}", removal.plural, removal.group);
  const auto resource = reader.discover(name);
  if (!resource) {
    tell_unread(name, resource.error(), found);
    return;
  }
  const auto list = reader.list(*resource, "");
  if (list) {
    judge_writers(list->items, removal, found);
  } else {
    tell_unread(name, list.error(), found);
  }
}

UpgradeFindings look(kube::Reader& reader, int target) {
  UpgradeFindings found;
  const auto server = reader.server_version();
  const auto nodes = reader.list(kube::resources::nodes(), "");
  if (!server) {
    tell_unread("the API server's version", server.error(), found);
  }
  if (!nodes) {
    tell_unread("the kubelets", nodes.error(), found);
  }
  if (server) {
    judge_skew(server->text, nodes ? nodes->items : std::vector<kube::Object>(), target, found);
    for (const Removal& removal : ahead(minor_version(server->text), target)) {
      look_at_writers(reader, removal, found);
    }
  }
  const std::array<kube::ReadRequest, 1> requests = {
      kube::ReadRequest{.target = kMetrics, .what = kMetrics, .accept = "text/plain"}};
  const auto answers = reader.batch(requests, kPatience);
  if (answers.front()) {
    judge_requests(*answers.front(), target, found);
  } else {
    tell_unread("which deprecated APIs are in use (/metrics)", answers.front().error(), found);
  }
  return found;
}

CheckResult result_of(UpgradeFindings found, const std::string& target) {
  CheckResult result{.verdict = Verdict::Pass,
                     .summary = fmt::format("on the way to {}: {} in the way, {} not told",
                                            target,
                                            found.wrong.size(),
                                            found.unknown.size()),
                     .details = std::move(found.wrong),
                     .remedy = {},
                     .outputs = {}};
  const std::size_t wrong = result.details.size();
  for (const std::string& why : found.unknown) {
    result.details.push_back("unknown: " + why);
  }
  result.outputs = {{"wrong", static_cast<std::int64_t>(wrong)},
                    {"unknown", static_cast<std::int64_t>(found.unknown.size())}};
  if (wrong > 0) {
    result.verdict = Verdict::Fail;
    result.remedy =
        "upgrade kubelets that are too old first; have whoever uses these APIs use the newer ones: "
        "https://kubernetes.io/docs/reference/using-api/deprecation-guide/";
  } else if (!found.unknown.empty()) {
    result.verdict = Verdict::Unknown;
    result.remedy = "make it readable, or find out in another way: unknown is not taken for ready";
  }
  return result;
}

class CheckUpgrade final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& /*context*/,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const std::string target = arguments.string("to");
    const int minor = minor_version(target);
    if (minor < 0) {
      return CheckResult::unknown(make_error(
          ErrorCode::InvalidInput, "'" + target + "' is no version of Kubernetes", "to: \"1.35\""));
    }
    return result_of(look(reader, minor), target);
  }

  /// What the target still serves is not looked at.
  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& /*context*/,
      kube::Reader& reader,
      const engine::Arguments& arguments) const override {
    const auto server = reader.server_version();
    if (!server) {
      return std::nullopt;
    }
    std::vector<kube::AccessQuestion> questions = {
        {.verb = "list", .resource = kube::resources::nodes()},
        kube::AccessQuestion::of_path(kMetrics)};
    for (const Removal& one :
         ahead(minor_version(server->text), minor_version(arguments.string("to")))) {
      const auto resource = reader.discover(fmt::format("{}.{}", one.plural, one.group));
      if (resource) {
        questions.push_back({.verb = "list", .resource = *resource});
      }
    }
    return questions;
  }

 private:
  static runbook::ActionSpec make_spec() {
    using In = runbook::PermissionSpec::In;
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{
        .name = "upgrade",
        .summary = "kubelets and the APIs in use let the control plane go to a minor version"};
    spec.is_check = true;
    spec.arguments = {{.name = "to",
                       .type = Type::of(Type::Kind::String),
                       .required = true,
                       .help = "the minor version, \"1.35\""}};
    spec.outputs = {{"wrong", number, "findings that are in the way"},
                    {"unknown", number, "questions that cannot be answered"}};
    spec.permissions = {{"list", "nodes"},
                        {"get", kMetrics, In::NoNamespace},
                        {"list", "horizontalpodautoscalers.autoscaling", In::AllNamespaces},
                        {"list", "flowschemas.flowcontrol.apiserver.k8s.io"},
                        {"list", "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"},
                        {"list", "csistoragecapacities.storage.k8s.io", In::AllNamespaces}};
    spec.example =
        "- check: upgrade\n"
        "  with: {to: \"1.35\"}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_upgrade() {
  static const CheckUpgrade kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
