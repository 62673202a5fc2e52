#include "difference.hpp"
#include "field_undo.hpp"
#include "kinds.hpp"
#include "subject.hpp"

namespace cfkops::actions {

namespace {

using runbook::Type;

runbook::ActionSpec make_spec() {
  runbook::ActionSpec spec{.name = "object.patch", .summary = "changes fields of one object"};
  spec.arguments = subject_arguments();
  spec.arguments.push_back({.name = "type",
                            .type = Type::enumeration({"merge", "strategic", "json"}),
                            .fallback = runbook::Value("merge"),
                            .help = "how the patch is meant (RFC 7386, Kubernetes, RFC 6902)"});
  spec.arguments.push_back(
      {.name = "patch",
       .type = Type::of(Type::Kind::Any),
       .required = true,
       .help = "the fields (${null} deletes one), or for json a list of operations"});
  spec.outputs = {{"changed", Type::of(Type::Kind::Bool), "whether the object is another one now"},
                  {"uid", Type::of(Type::Kind::String), "its uid"}};
  spec.effect = runbook::Effect::Idempotent;
  spec.permissions = {{"get", "the kind that is changed"}, {"patch", "the same"}};
  spec.example =
      "- id: pause\n"
      "  do: object.patch\n"
      "  with:\n"
      "    kind: deployment\n"
      "    name: web\n"
      "    patch: {spec: {paused: true}}\n";
  return spec;
}

kube::PatchType type_of(const engine::Arguments& arguments) {
  const std::string type = arguments.string("type");
  return type == "json"        ? kube::PatchType::Json
         : type == "strategic" ? kube::PatchType::Strategic
                               : kube::PatchType::Merge;
}

/// The subject, unless it is a Secret: its former values would have to be remembered, and the
/// journal holds no secrets.
Result<Subject> read_patchable(const engine::Context& context,
                               kube::Reader& reader,
                               const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(Subject subject, read_subject(context, reader, arguments));
  if (subject.resource == kube::resources::secrets()) {
    return make_error(ErrorCode::Refused,
                      "object.patch does not change Secrets",
                      "what it would take to undo that may not be written down");
  }
  return subject;
}

class ObjectPatch final : public engine::Action {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Subject subject, read_patchable(context, reader, arguments));
    CFKOPS_ASSIGN(const kube::Object before,
                  reader.get(subject.resource, subject.ns, subject.name));
    const auto after = reader.dry_run_patch(subject.resource,
                                            subject.ns,
                                            subject.name,
                                            type_of(arguments),
                                            arguments.find("patch")->to_json());
    engine::PlannedChange change{
        .verb = "patch", .object = subject.text(), .uid = before.uid(), .diff = {}, .verdict = {}};
    change.refused = !after;
    change.verdict = after ? "accepted" : "refused: " + after.error().text();
    if (after) {
      change.diff = difference(before.json(), after->json());
    }
    engine::StepPlan plan;
    plan.changes = {std::move(change)};
    plan.permissions = {subject.may("get"), subject.may("patch")};
    plan.estimate = Duration::zero();
    plan.undo = "the fields get their former values, unless somebody changes them meanwhile";
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto outcome = patch(context, client, arguments);
    return outcome ? *outcome : engine::Outcome::from(outcome.error());
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const override {
    return planned_take_back(remembered);
  }

  [[nodiscard]] engine::Outcome undo(const engine::Context& /*context*/,
                                     kube::Client& client,
                                     const Json& remembered) const override {
    return take_back_fields(client, remembered);
  }

 private:
  static Result<engine::Outcome> patch(const engine::Context& context,
                                       kube::Client& client,
                                       const engine::Arguments& arguments) {
    CFKOPS_ASSIGN(const Subject subject, read_patchable(context, client, arguments));
    CFKOPS_ASSIGN(const kube::Object before,
                  client.get(subject.resource, subject.ns, subject.name));
    const Json body = arguments.find("patch")->to_json();
    const kube::PatchType type = type_of(arguments);
    if (context.journal != nullptr) {
      // Only the server knows what its defaults and conversions make of the patch.
      CFKOPS_ASSIGN(const kube::Object intended,
                    client.dry_run_patch(subject.resource, subject.ns, subject.name, type, body));
      CFKOPS_TRY(context.journal->remember_undo(
          fields_to_remember(subject, before, intended, type, body)));
    }
    CFKOPS_ASSIGN(const kube::Object after,
                  client.patch(subject.resource,
                               subject.ns,
                               subject.name,
                               body,
                               {.type = type,
                                .precondition = {.uid = before.uid(), .resource_version = {}}}));
    return engine::Outcome::done(
        {{"changed", after.resource_version() != before.resource_version()}, {"uid", after.uid()}});
  }
};

}  // namespace

const engine::Action& object_patch() {
  static const ObjectPatch kAction;
  return kAction;
}

}  // namespace cfkops::actions
