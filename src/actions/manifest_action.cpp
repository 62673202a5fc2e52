#include "manifest_action.hpp"

#include "manifest_file.hpp"
#include "object_form.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;
using Deed = JudgedObject::Deed;

std::vector<std::string> conflicts_of(const ManifestLook& look) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < look.wanted.size(); ++i) {
    if (look.judged[i].deed == Deed::Conflict) {
      lines.push_back(fmt::format("{}: {}", text_of(look.wanted[i].body), look.judged[i].why));
    }
  }
  return lines;
}

/// What the step would do object by object; none of it where it may not.
Result<std::vector<engine::PlannedChange>> changes_of(kube::Reader& reader,
                                                      const ManifestLook& look,
                                                      const std::vector<std::string>& refused) {
  std::vector<engine::PlannedChange> changes;
  for (std::size_t i = 0; i < look.wanted.size(); ++i) {
    CFKOPS_ASSIGN(auto change, planned_write(reader, look.wanted[i], look.judged[i], {}));
    if (!change) {
      continue;
    }
    if (!refused.empty() && !change->refused) {
      change->refused = true;
      change->verdict = "refused: " + base::enumerate(refused);
    }
    changes.push_back(*std::move(change));
  }
  return changes;
}

}  // namespace

std::vector<runbook::ArgumentSpec> ManifestAction::common_arguments() {
  return {{.name = "file",
           .type = Type::of(Type::Kind::String),
           .required = true,
           .help = "the manifests, as kubectl takes them: YAML documents or a list"},
          {.name = "namespace",
           .type = Type::of(Type::Kind::String),
           .help = "of those that name none; the run's when left out"}};
}

std::vector<runbook::OutputSpec> ManifestAction::common_outputs() {
  return {{"created", Type::of(Type::Kind::Int), "how many objects were made"},
          {"replaced", Type::of(Type::Kind::Int), "how many were changed"},
          {"left", Type::of(Type::Kind::Int), "how many are so already"}};
}

Result<ManifestLook> ManifestAction::look_at(const engine::Context& context,
                                             kube::Reader& reader,
                                             const engine::Arguments& arguments) const {
  ManifestLook look;
  const std::vector<std::string> taken = kinds();
  const std::string file = arguments.string("file");
  CFKOPS_ASSIGN(
      look.wanted,
      wanted_in_file(reader, context.file_system(), file, namespace_of(context, arguments)));
  for (const WantedObject& wanted : look.wanted) {
    if (std::ranges::find(taken, wanted.resource.kind) == taken.end()) {
      return make_error(ErrorCode::InvalidInput,
                        file + " has " + text_of(wanted.body) + ": " + spec().name + " takes " +
                            base::enumerate(taken) + " alone",
                        "put other kinds into files of their own");
    }
    CFKOPS_ASSIGN(JudgedObject judged, judge(reader, wanted, OnConflict::Replace));
    look.judged.push_back(std::move(judged));
  }
  return look;
}

Result<engine::StepPlan> ManifestAction::plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const {
  CFKOPS_ASSIGN(const ManifestLook look, look_at(context, reader, arguments));
  CFKOPS_ASSIGN(ManifestVerdict verdict, examine(context, reader, arguments, look));
  engine::StepPlan plan;
  CFKOPS_ASSIGN(plan.changes, changes_of(reader, look, verdict.refused));
  plan.notes = std::move(verdict.notes);
  plan.notes.insert(plan.notes.end(), verdict.refused.begin(), verdict.refused.end());
  if (plan.changes.empty()) {
    plan.notes.emplace_back("all of it is so already");
  }
  plan.disruption = std::move(verdict.disruption);
  plan.permissions = std::move(verdict.permissions);
  for (const WantedObject& wanted : look.wanted) {
    const auto questions = permissions_of(wanted, OnConflict::Replace);
    plan.permissions.insert(plan.permissions.end(), questions.begin(), questions.end());
  }
  plan.undo = kUndoOfWrites;
  return plan;
}

engine::Outcome ManifestAction::apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const {
  const auto outcome = apply_all(context, client, arguments);
  return outcome ? *outcome : engine::Outcome::from(outcome.error());
}

Result<engine::Outcome> ManifestAction::apply_all(const engine::Context& context,
                                                  kube::Client& client,
                                                  const engine::Arguments& arguments) const {
  CFKOPS_ASSIGN(ManifestLook look, look_at(context, client, arguments));
  CFKOPS_ASSIGN(ManifestVerdict verdict, examine(context, client, arguments, look));
  const std::vector<std::string> conflicts = conflicts_of(look);
  if (!conflicts.empty() || !verdict.refused.empty()) {
    return engine::Outcome::refused(
        "nothing is touched: " + base::enumerate(conflicts.empty() ? verdict.refused : conflicts),
        conflicts.empty() ? verdict.override_parameter : "");
  }
  CFKOPS_ASSIGN(
      runbook::ValueMap outputs,
      write_objects(context, client, look.wanted, std::move(look.judged), OnConflict::Replace));
  outputs.merge(verdict.outputs);
  return engine::Outcome::done(std::move(outputs));
}

engine::PlannedChange ManifestAction::planned_undo(const Json& remembered) const {
  return planned_undo_of_write(remembered);
}

engine::Outcome ManifestAction::undo(const engine::Context& /*context*/,
                                     kube::Client& client,
                                     const Json& remembered) const {
  return undo_write(client, remembered);
}

}  // namespace cfkops::actions
