// Making objects so that it can be taken back.
//
//  1. Before an object is made, the journal knows that this run is about to, and what the server
//     will make of it. It carries the run's id as an annotation, by which it is found again when
//     the process dies before the answer is there.
//  2. Before one is replaced, the journal knows each field that changes, as it was and as it
//     will be.
//  3. A replacement goes to the very version that was looked at.
//  4. The undo deletes what carries this run's id, by the uid it has then, and only while it is
//     as it was made; replaced fields get their former values (field_undo.hpp).
#include "object_write.hpp"

#include "difference.hpp"
#include "field_undo.hpp"
#include "object_form.hpp"
#include "subject.hpp"
#include "undo_made.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using nlohmann::json;
using Deed = JudgedObject::Deed;

constexpr int kMostTries = 5;  // controllers write to objects all the time

std::string name_of(const WantedObject& wanted) {
  return wanted.body.string_or("/metadata/name", "");
}

Subject subject_of(const WantedObject& wanted) {
  return {wanted.resource, wanted.resource.namespaced ? wanted.ns : "", name_of(wanted)};
}

/// What may be compared: not whose it is, which the server alone knows after a restore.
Json comparable(const Json& kept, const std::string& ns) {
  json form = kept.raw();
  form["metadata"].erase("ownerReferences");
  const Json bare(std::move(form));
  return ns.empty() ? bare : in_namespace(bare, ns, ns);
}

/// An error that says that this replacement is not possible, and not that nobody could be asked.
bool is_refusal(const Error& error) {
  return error.code == ErrorCode::Invalid || error.code == ErrorCode::Forbidden;
}

JudgedObject conflict(const kube::Object& now, std::string why, std::vector<std::string> diff) {
  return {.deed = Deed::Conflict,
          .why = std::move(why),
          .now = now,
          .then = {},
          .body = {},
          .diff = std::move(diff)};
}

JudgedObject leave(const kube::Object& now, std::string why) {
  return {
      .deed = Deed::Leave, .why = std::move(why), .now = now, .then = {}, .body = {}, .diff = {}};
}

/// Asks the server what a replacement would come to.
Result<JudgedObject> judge_replacement(kube::Reader& reader,
                                       const WantedObject& wanted,
                                       const kube::Object& now) {
  if (wanted.resource == kube::resources::secrets()) {
    return conflict(now,
                    "a Secret is not replaced: what it would take to undo that may not be written "
                    "down; delete it first where it is to go",
                    {});
  }
  Json body = in_place_of(now, wanted.body);
  const auto then = reader.dry_run_update(wanted.resource, wanted.ns, body);
  if (!then && is_refusal(then.error())) {
    return conflict(now,
                    "the server refuses the change: " + then.error().text(),
                    difference_to_kept(now, wanted.body, wanted.ns));
  }
  if (!then) {
    return then.error();
  }
  std::vector<std::string> diff = difference(now.json(), then->json());
  if (diff.empty()) {
    return leave(now, "it is so already");
  }
  return JudgedObject{.deed = Deed::Replace,
                      .why = {},
                      .now = now,
                      .then = *then,
                      .body = std::move(body),
                      .diff = std::move(diff)};
}

/// The owners that are kept by name get their uid; one that is not there is left out, since the
/// server would delete what belongs to nobody.
Result<Json> adopted(kube::Reader& reader, const WantedObject& wanted, const Json& body) {
  if (!body.has("/metadata/ownerReferences")) {
    return body;
  }
  json owners = json::array();
  for (const Json& owner : body.items("/metadata/ownerReferences")) {
    CFKOPS_ASSIGN(const kube::Resource resource, resource_of(reader, owner));
    const auto found =
        reader.get(resource, resource.namespaced ? wanted.ns : "", owner.string_or("/name", ""));
    if (!found && found.error().code != ErrorCode::NotFound) {
      return found.error();
    }
    if (found) {
      json one = owner.raw();
      one["uid"] = found->uid();
      owners.push_back(std::move(one));
    }
  }
  json whole = body.raw();
  whole["metadata"]["ownerReferences"] = std::move(owners);
  return Json(std::move(whole));
}

json marked(const Json& body, const std::string& run_id) {
  json whole = body.raw();
  whole["metadata"]["annotations"][std::string(kMadeBy)] = run_id;
  return whole;
}

/// Every field that a replacement can change, as a patch names them.
Json all_fields(const Json& before, const Json& after) {
  json fields = {{"metadata", {{"labels", json::object()}, {"annotations", json::object()}}}};
  for (const Json& state : {before, after}) {
    for (const auto& [key, value] : state.members()) {
      if (key != "apiVersion" && key != "kind" && key != "metadata" && key != "status") {
        fields[key] = json::object();
      }
    }
  }
  return Json(std::move(fields));
}

Status create(const engine::Context& context, kube::Client& client, const WantedObject& wanted) {
  CFKOPS_ASSIGN(const Json body, adopted(client, wanted, wanted.body));
  const Json sent(marked(body, context.run_id));
  if (context.journal != nullptr) {
    CFKOPS_ASSIGN(const kube::Object intended,
                  client.dry_run_create(wanted.resource, wanted.ns, sent));
    CFKOPS_TRY(context.journal->remember_undo(
        remember_made(wanted.resource, wanted.ns, intended, context.run_id)));
  }
  CFKOPS_TRY(client.create(wanted.resource, wanted.ns, sent));
  context.progress("created " + subject_of(wanted).text());
  return {};
}

Status replace(const engine::Context& context,
               kube::Client& client,
               const WantedObject& wanted,
               const JudgedObject& judged) {
  if (context.journal != nullptr) {
    CFKOPS_TRY(context.journal->remember_undo(
        fields_to_remember(subject_of(wanted),
                           *judged.now,
                           *judged.then,
                           kube::PatchType::Merge,
                           all_fields(judged.now->json(), judged.then->json()))));
  }
  CFKOPS_TRY(client.update(wanted.resource, wanted.ns, judged.body));
  context.progress("replaced " + subject_of(wanted).text());
  return {};
}

/// Somebody was faster: what is there now is to be looked at.
bool was_overtaken(const Error& error) {
  return error.code == ErrorCode::Conflict || error.code == ErrorCode::AlreadyExists;
}

/// True where something was written. Errors: as `write_objects`.
Result<bool> write_object(const engine::Context& context,
                          kube::Client& client,
                          const WantedObject& wanted,
                          JudgedObject judged,
                          OnConflict on_conflict) {
  for (int tries = 1;; ++tries) {
    if (judged.deed == Deed::Leave) {
      return false;
    }
    if (judged.deed == Deed::Conflict) {
      return make_error(ErrorCode::Refused, subject_of(wanted).text() + ": " + judged.why);
    }
    const Status written = judged.deed == Deed::Create ? create(context, client, wanted)
                                                       : replace(context, client, wanted, judged);
    if (written) {
      return true;
    }
    if (!was_overtaken(written.error()) || tries == kMostTries) {
      return written.error();
    }
    CFKOPS_ASSIGN(judged, judge(client, wanted, on_conflict));
  }
}

}  // namespace

std::vector<std::string> difference_to_kept(const kube::Object& now,
                                            const Json& kept,
                                            const std::string& ns) {
  return difference(comparable(kept_form(now), ns), comparable(kept, ns));
}

Result<JudgedObject> judge(kube::Reader& reader,
                           const WantedObject& wanted,
                           OnConflict on_conflict) {
  const auto now = reader.get(wanted.resource, wanted.ns, name_of(wanted));
  if (!now && now.error().code == ErrorCode::NotFound) {
    return JudgedObject{
        .deed = Deed::Create, .why = {}, .now = {}, .then = {}, .body = wanted.body, .diff = {}};
  }
  if (!now) {
    return now.error();
  }
  if (now->deleting()) {
    return make_error(ErrorCode::Refused,
                      now->text() + " is being deleted",
                      "wait until it is gone, and start again");
  }
  if (wanted.resource == kube::resources::namespaces()) {
    return leave(*now, "it is there, and stays as it is");
  }
  if (wanted.kept && comparable(kept_form(*now), wanted.ns) == comparable(wanted.body, wanted.ns)) {
    return leave(*now, "it is so already");
  }
  switch (on_conflict) {
    case OnConflict::Skip:
      return leave(*now, "it is there, and stays as it is");
    case OnConflict::Fail:
      return conflict(*now,
                      "it is there already, and another one",
                      difference_to_kept(*now, wanted.body, wanted.ns));
    case OnConflict::Replace:
      break;
  }
  return judge_replacement(reader, wanted, *now);
}

Result<std::optional<engine::PlannedChange>> planned_write(
    kube::Reader& reader,
    const WantedObject& wanted,
    const JudgedObject& judged,
    const std::vector<std::string>& new_namespaces) {
  engine::PlannedChange change{.verb = judged.deed == Deed::Create ? "create" : "replace",
                               .object = subject_of(wanted).text(),
                               .uid = judged.now ? judged.now->uid() : "",
                               .diff = judged.diff,
                               .verdict = "accepted"};
  if (judged.deed == Deed::Leave) {
    return std::optional<engine::PlannedChange>();
  }
  if (judged.deed == Deed::Conflict) {
    change.refused = true;
    change.verdict = "refused: " + judged.why;
    return std::optional(std::move(change));
  }
  if (judged.deed == Deed::Replace) {
    return std::optional(std::move(change));
  }
  if (std::ranges::find(new_namespaces, wanted.ns) != new_namespaces.end()) {
    change.verdict = "not asked: its namespace is made before it";
    return std::optional(std::move(change));
  }
  // Its owner may be made by this very step, and is no part of what the server is asked here.
  json body = judged.body.raw();
  body["metadata"].erase("ownerReferences");
  const auto made = reader.dry_run_create(wanted.resource, wanted.ns, Json(std::move(body)));
  if (!made && made.error().code == ErrorCode::NotFound) {
    // A binding whose role is made by this very step, for one.
    change.verdict = "not asked: what it needs is not there yet";
    return std::optional(std::move(change));
  }
  if (!made && !is_refusal(made.error())) {
    return made.error();
  }
  change.refused = !made;
  change.verdict = made ? "accepted" : "refused: " + made.error().text();
  return std::optional(std::move(change));
}

Result<runbook::ValueMap> write_objects(const engine::Context& context,
                                        kube::Client& client,
                                        const std::vector<WantedObject>& wanted,
                                        std::vector<JudgedObject> judged,
                                        OnConflict on_conflict) {
  std::int64_t created = 0;
  std::int64_t replaced = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Deed deed = judged[i].deed;
    CFKOPS_ASSIGN(const bool written,
                  write_object(context, client, wanted[i], std::move(judged[i]), on_conflict));
    created += written && deed == Deed::Create ? 1 : 0;
    replaced += written && deed == Deed::Replace ? 1 : 0;
  }
  return runbook::ValueMap{{"created", created},
                           {"replaced", replaced},
                           {"left", static_cast<std::int64_t>(wanted.size()) - created - replaced}};
}

std::vector<kube::AccessQuestion> permissions_of(const WantedObject& wanted,
                                                 OnConflict on_conflict) {
  const Subject subject = subject_of(wanted);
  kube::AccessQuestion making = subject.may("create");
  making.name.clear();  // at that moment the server does not look at the name
  std::vector<kube::AccessQuestion> questions = {
      subject.may("get"), std::move(making), subject.may("delete")};
  if (on_conflict == OnConflict::Replace) {
    questions.push_back(subject.may("update"));
    questions.push_back(subject.may("patch"));
  }
  return questions;
}

engine::PlannedChange planned_undo_of_write(const Json& remembered) {
  return is_made(remembered) ? planned_undo_of_made(remembered) : planned_take_back(remembered);
}

engine::Outcome undo_write(kube::Client& client, const Json& remembered) {
  return is_made(remembered) ? undo_made(client, remembered) : take_back_fields(client, remembered);
}

}  // namespace cfkops::actions
