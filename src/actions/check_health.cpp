#include "kinds.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/health/read.hpp"
#include "cfkops/health/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using health::Severity;
using runbook::Type;

constexpr std::size_t kMostDetails = 50;

void add_details(const health::Answer& answer,
                 Severity severity,
                 CheckResult& result,
                 std::set<std::string>& remedies) {
  for (const health::Finding& finding : answer.found) {
    if (finding.severity == severity) {
      result.details.push_back(fmt::format("{} {} {}: {}",
                                           to_string(finding.severity),
                                           answer.check->id,
                                           finding.object,
                                           finding.message));
      remedies.insert(fmt::format("{}: {}", answer.check->id, answer.check->remedy));
    }
  }
}

CheckResult result_of(const health::Report& report, Severity fail_on) {
  const auto worst = report.worst();
  CheckResult result{.verdict = Verdict::Pass,
                     .summary = report.verdict_line(),
                     .details = {},
                     .remedy = {},
                     .outputs = {}};
  if (worst && *worst >= fail_on) {
    result.verdict = Verdict::Fail;
  } else if (report.count(health::Verdict::Unknown) > 0) {
    result.verdict = Verdict::Unknown;
  }
  std::set<std::string> remedies;
  for (const Severity severity :
       {Severity::Critical, Severity::Fail, Severity::Warning, Severity::Info}) {
    for (const health::Answer& answer : report.results) {
      if (severity >= fail_on) {
        add_details(answer, severity, result, remedies);
      }
    }
  }
  for (const health::Answer& answer : report.results) {
    for (const std::string& why : answer.unknown) {
      result.details.push_back(fmt::format("unknown {}: {}", answer.check->id, why));
    }
  }
  if (result.details.size() > kMostDetails) {
    const std::size_t more = result.details.size() - kMostDetails;
    result.details.resize(kMostDetails);
    result.details.push_back(fmt::format("{} more; all of them: cfkops health", more));
  }
  result.remedy = base::join(std::vector<std::string>(remedies.begin(), remedies.end()), "; ");
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  result.outputs = {{"worst", worst ? std::string(to_string(*worst)) : std::string()},
                    {"critical", number(report.count(Severity::Critical))},
                    {"fail", number(report.count(Severity::Fail))},
                    {"warning", number(report.count(Severity::Warning))},
                    {"unknown", number(report.count(health::Verdict::Unknown))}};
  return result;
}

health::ReadOptions options_of(const engine::Arguments& arguments) {
  const bool sop = arguments.string("profile") == "sop";
  return {.checks = {.profile = sop ? health::Profile::Sop : health::Profile::Full,
                     .disks = arguments.boolean("disks"),
                     .only = arguments.strings("only")},
          .ns = optional_text(arguments, "namespace")};
}

runbook::PermissionSpec permission_of(const kube::AccessQuestion& question) {
  using In = runbook::PermissionSpec::In;
  if (!question.path.empty()) {
    return {question.verb, question.path, In::NoNamespace};
  }
  const std::string sub = question.subresource.empty() ? "" : "/" + question.subresource;
  return {question.verb,
          question.resource.full_name() + sub,
          question.resource.namespaced ? In::AllNamespaces : In::NoNamespace};
}

/// What `full` asks for, and then what only `sop` and only `disks` do.
std::vector<runbook::PermissionSpec> all_permissions() {
  std::vector<runbook::PermissionSpec> all;
  const std::array<std::pair<const char*, health::Selection>, 3> looks = {
      {{"", {}}, {"sop", {.profile = health::Profile::Sop}}, {"disks", {.disks = true}}}};
  for (const auto& [word, selection] : looks) {
    for (const kube::AccessQuestion& question : health::rights({.checks = selection})) {
      runbook::PermissionSpec permission = permission_of(question);
      const bool there = std::ranges::any_of(all, [&](const runbook::PermissionSpec& one) {
        return one.verb == permission.verb && one.resource == permission.resource;
      });
      if (!there) {
        permission.only = word;
        all.push_back(std::move(permission));
      }
    }
  }
  return all;
}

runbook::ActionSpec make_spec() {
  const Type number = Type::of(Type::Kind::Int);
  runbook::ActionSpec spec{.name = "health",
                           .summary =
                               "the cluster and its Kafka are well, by the checks of "
                               "cfkops health"};
  spec.is_check = true;
  spec.arguments = {{.name = "profile",
                     .type = Type::enumeration({"sop", "full"}),
                     .fallback = runbook::Value("full"),
                     .help = "sop for a quick daily look, full for all checks"},
                    {.name = "disks",
                     .type = Type::of(Type::Kind::Bool),
                     .fallback = runbook::Value(false),
                     .help = "of full N13 and S03 as well, which ask kubelets how full disks are"},
                    {.name = "namespace",
                     .type = Type::of(Type::Kind::String),
                     .help = "of what has a namespace only this one; all where it is left out"},
                    {.name = "only",
                     .type = Type::list_of(Type::of(Type::Kind::String)),
                     .fallback = runbook::Value(runbook::ValueList{}),
                     .help = "only these checks, by id (T01) or by the letter of their group (S)"},
                    {.name = "fail_on",
                     .type = Type::enumeration({"warning", "fail", "critical"}),
                     .fallback = runbook::Value("fail"),
                     .help = "the least severity that is not well"}};
  spec.outputs = {{"worst",
                   Type::of(Type::Kind::String),
                   "severity of the worst that was found: info, warning, fail, critical; or empty"},
                  {"critical", number, "findings of that severity"},
                  {"fail", number, "ditto"},
                  {"warning", number, "ditto"},
                  {"unknown", number, "checks that could not be judged"}};
  spec.permissions = all_permissions();
  spec.example =
      "- check: health\n"
      "  with: {profile: sop, fail_on: warning}\n";
  return spec;
}

/// Each of the names means a check that is asked: a slip must not look healthy.
Status are_checks(const health::Selection& selection) {
  for (const std::string& name : selection.only) {
    const auto checks = health::catalogue();
    const bool known = std::ranges::any_of(checks, [&](const health::Check& check) {
      return health::is_asked(
          check, {.profile = selection.profile, .disks = selection.disks, .only = {name}});
    });
    if (!known) {
      return make_error(
          ErrorCode::InvalidInput,
          fmt::format("there is no check '{}' in profile {}", name, to_string(selection.profile)),
          selection.disks ? "docs/health.md lists them"
                          : "docs/health.md lists them; N13 and S03 are there with disks: true");
    }
  }
  return {};
}

class CheckHealth final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& /*context*/,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const health::ReadOptions options = options_of(arguments);
    if (const Status known = are_checks(options.checks); !known) {
      return CheckResult::unknown(known.error());
    }
    const auto snapshot = health::read_snapshot(reader, options);
    if (!snapshot) {
      return CheckResult::unknown(snapshot.error());
    }
    return result_of(
        health::assess(*snapshot, options.checks),
        health::severity_named(arguments.string("fail_on")).value_or(Severity::Critical));
  }

  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& /*context*/,
      kube::Reader& /*reader*/,
      const engine::Arguments& arguments) const override {
    return health::rights(options_of(arguments));
  }
};

}  // namespace

const engine::Check& check_health() {
  static const CheckHealth kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
