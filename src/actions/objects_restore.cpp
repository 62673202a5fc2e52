#include "kinds.hpp"
#include "object_form.hpp"
#include "restore_set.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;
using Deed = JudgedObject::Deed;

constexpr std::size_t kMostNamed = 5;

runbook::ActionSpec make_spec() {
  const Type text = Type::of(Type::Kind::String);
  const Type count = Type::of(Type::Kind::Int);
  runbook::ActionSpec spec{.name = "objects.restore",
                           .summary = "makes the objects of a backup again, in their order"};
  spec.arguments = {
      {.name = "from", .type = text, .required = true, .help = "the folder of the backup"},
      {.name = "sha256",
       .type = text,
       .fallback = runbook::Value(""),
       .help = "what its index must have: no other backup is taken"},
      {.name = "namespace",
       .type = text,
       .fallback = runbook::Value(""),
       .help = "where they are to be, of a backup of one namespace; where they were when empty"},
      {.name = "conflict",
       .type = Type::enumeration({"fail", "skip", "replace"}),
       .fallback = runbook::Value("fail"),
       .help = "what is done where an object is there and is another one; fail does nothing at "
               "all"}};
  spec.outputs = {{"created", count, "how many were made"},
                  {"replaced", count, "how many were changed"},
                  {"left", count, "how many are so already, or stayed as they were"}};
  spec.effect = runbook::Effect::Idempotent;
  spec.timeout = std::chrono::minutes(30);
  constexpr auto kThere = runbook::PermissionSpec::In::TheNamespace;
  spec.permissions = {{"get", "the kinds of the backup"},
                      {"create", "the same"},
                      {"update", "the same", kThere, "replace"},
                      {"patch", "the same, to undo that", kThere, "replace"},
                      {"delete", "the same, to undo what was made"}};
  spec.example =
      "- id: restore\n"
      "  do: objects.restore\n"
      "  with: {from: backups/shop, conflict: skip}\n";
  return spec;
}

OnConflict on_conflict_of(const engine::Arguments& arguments) {
  const std::string word = arguments.string("conflict");
  return word == "replace" ? OnConflict::Replace
         : word == "skip"  ? OnConflict::Skip
                           : OnConflict::Fail;
}

/// What is wanted, and what there is.
struct Look {
  std::string sha256;
  std::string taken;
  std::vector<WantedObject> wanted;
  std::vector<JudgedObject> judged;  ///< as many
  std::vector<std::string> new_namespaces;
  std::vector<std::string> conflicts;  ///< one sentence each
};

Result<Look> look(const engine::Context& context,
                  kube::Reader& reader,
                  const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(
      const Backup backup,
      read_backup(context.file_system(), arguments.string("from"), arguments.string("sha256")));
  Look look{.sha256 = backup.sha256,
            .taken = backup.about.taken,
            .wanted = {},
            .judged = {},
            .new_namespaces = {},
            .conflicts = {}};
  CFKOPS_ASSIGN(look.wanted, wanted_of(reader, backup, arguments.string("namespace")));
  for (const WantedObject& wanted : look.wanted) {
    CFKOPS_ASSIGN(JudgedObject judged, judge(reader, wanted, on_conflict_of(arguments)));
    if (judged.deed == Deed::Create && wanted.resource == kube::resources::namespaces()) {
      look.new_namespaces.push_back(wanted.body.string_or("/metadata/name", ""));
    }
    if (judged.deed == Deed::Conflict) {
      look.conflicts.push_back(fmt::format("{}: {}", text_of(wanted.body), judged.why));
    }
    look.judged.push_back(std::move(judged));
  }
  return look;
}

std::string count_text(const Look& look, Deed deed) {
  return std::to_string(std::ranges::count(look.judged, deed, &JudgedObject::deed));
}

Result<engine::Outcome> restore(const engine::Context& context,
                                kube::Client& client,
                                const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(Look found, look(context, client, arguments));
  if (!found.conflicts.empty()) {
    return engine::Outcome::refused(
        "nothing is touched, since what is there is not as the backup has it: " +
            base::enumerate(found.conflicts, kMostNamed),
        on_conflict_of(arguments) == OnConflict::Fail ? "conflict=skip" : "");
  }
  CFKOPS_ASSIGN(
      runbook::ValueMap outputs,
      write_objects(
          context, client, found.wanted, std::move(found.judged), on_conflict_of(arguments)));
  return engine::Outcome::done(std::move(outputs));
}

class ObjectsRestore final : public engine::Action {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Look found, look(context, reader, arguments));
    engine::StepPlan plan;
    plan.notes = {"from " + arguments.string("from") + ", taken " + base::printable(found.taken) +
                      ", index " + found.sha256,
                  "makes " + count_text(found, Deed::Create) + ", replaces " +
                      count_text(found, Deed::Replace) + ", leaves " +
                      count_text(found, Deed::Leave)};
    for (std::size_t i = 0; i < found.wanted.size(); ++i) {
      const auto questions = permissions_of(found.wanted[i], on_conflict_of(arguments));
      plan.permissions.insert(plan.permissions.end(), questions.begin(), questions.end());
      CFKOPS_ASSIGN(auto change,
                    planned_write(reader, found.wanted[i], found.judged[i], found.new_namespaces));
      if (change) {
        plan.changes.push_back(*std::move(change));
      }
    }
    plan.undo = kUndoOfWrites;
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto outcome = restore(context, client, arguments);
    return outcome ? *outcome : engine::Outcome::from(outcome.error());
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const override {
    return planned_undo_of_write(remembered);
  }

  [[nodiscard]] engine::Outcome undo(const engine::Context& /*context*/,
                                     kube::Client& client,
                                     const Json& remembered) const override {
    return undo_write(client, remembered);
  }
};

}  // namespace

const engine::Action& objects_restore() {
  static const ObjectsRestore kAction;
  return kAction;
}

}  // namespace cfkops::actions
