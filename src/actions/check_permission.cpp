#include "kinds.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/engine/role.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using kube::AccessQuestion;
using runbook::Type;

/// What the arguments ask for beside the plan: each verb on one resource.
Result<std::vector<AccessQuestion>> questions_of(const engine::Context& context,
                                                 kube::Reader& reader,
                                                 const engine::Arguments& arguments) {
  std::vector<AccessQuestion> questions;
  const runbook::Value* resource = arguments.find("resource");
  if (resource == nullptr || resource->is_null()) {
    return questions;
  }
  const std::vector<std::string> parts = base::split(resource->text(), '/');
  CFKOPS_ASSIGN(const kube::Resource found, reader.discover(parts.front()));
  for (const std::string& verb : arguments.strings("verbs")) {
    questions.push_back({.verb = verb,
                         .resource = found,
                         .subresource = parts.size() > 1 ? parts[1] : std::string(),
                         .ns = found.namespaced ? namespace_of(context, arguments) : std::string(),
                         .name = {}});
  }
  return questions;
}

void add_needed(const engine::Context& context, std::vector<AccessQuestion>& questions) {
  if (context.needed == nullptr) {
    return;
  }
  for (const AccessQuestion& question : *context.needed) {
    if (std::find(questions.begin(), questions.end(), question) == questions.end()) {
      questions.push_back(question);
    }
  }
}

/// All of them are asked, so that one answer tells all that is missing.
CheckResult ask(kube::Reader& reader, const std::vector<AccessQuestion>& questions) {
  CheckResult result{
      .verdict = Verdict::Pass, .summary = {}, .details = {}, .remedy = {}, .outputs = {}};
  runbook::ValueList denied;
  std::vector<AccessQuestion> missing;
  std::size_t unknown = 0;
  for (const AccessQuestion& question : questions) {
    const auto answer = reader.can_i(question);
    if (answer && *answer == kube::Access::Allowed) {
      continue;
    }
    if (answer && *answer == kube::Access::Denied) {
      denied.emplace_back(question.text());
      missing.push_back(question);
      result.details.push_back("may not " + question.text());
      continue;
    }
    ++unknown;
    result.details.push_back("cannot tell whether we may " + question.text() +
                             (answer ? "" : ": " + answer.error().text()));
  }
  result.verdict = !denied.empty() ? Verdict::Fail : unknown > 0 ? Verdict::Unknown : Verdict::Pass;
  result.summary = base::counted(static_cast<long long>(questions.size()), "permission") +
                   " asked for, " + std::to_string(denied.size()) + " denied, " +
                   std::to_string(unknown) + " unknown";
  if (result.verdict != Verdict::Pass) {
    result.remedy =
        "ask an administrator for these verbs (all of a runbook's: cfkops rbac RUNBOOK); see one "
        "with: kubectl auth can-i VERB RESOURCE -n NAMESPACE";
  }
  if (!missing.empty()) {
    result.details.emplace_back("a role that allows what is missing:");
    for (const std::string& line :
         base::split(engine::minimal_roles(missing, "cfkops-missing", ""), '\n')) {
      if (!line.empty()) {
        result.details.push_back("  " + line);
      }
    }
  }
  result.outputs = {{"asked", static_cast<std::int64_t>(questions.size())},
                    {"denied", std::move(denied)}};
  return result;
}

class Permission final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    auto questions = questions_of(context, reader, arguments);
    if (!questions) {
      return {.verdict = Verdict::Unknown,
              .summary = questions.error().text(),
              .details = {},
              .remedy = questions.error().hint,
              .outputs = {}};
    }
    add_needed(context, *questions);
    return ask(reader, *questions);
  }

  /// What the arguments ask about is for something; asking itself is everybody's right.
  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& context,
      kube::Reader& reader,
      const engine::Arguments& arguments) const override {
    auto questions = questions_of(context, reader, arguments);
    return questions ? std::optional(*std::move(questions)) : std::nullopt;
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "permission",
                             .summary = "we may do all that the steps of this run will ask for"};
    spec.is_check = true;
    spec.arguments = {{.name = "verbs",
                       .type = Type::list_of(text),
                       .fallback = runbook::Value(runbook::ValueList()),
                       .help = "also these, on `resource`"},
                      {.name = "resource", .type = text, .help = "such as pods or pods/log"},
                      {.name = "namespace", .type = text, .help = "the run's when left out"}};
    spec.outputs = {{"asked", Type::of(Type::Kind::Int), "how many questions were asked"},
                    {"denied", Type::list_of(text), "what we may not"}};
    spec.permissions = {{"create",
                         "selfsubjectaccessreviews.authorization.k8s.io",
                         runbook::PermissionSpec::In::NoNamespace}};
    spec.example = "- check: permission\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_permission() {
  static const Permission kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
