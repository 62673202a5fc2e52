#include "field_undo.hpp"

#include "undo_patch.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

using engine::Outcome;

Result<Outcome> restore(kube::Client& client, const Json& remembered) {
  CFKOPS_ASSIGN(const std::string kind, remembered.string_at("/kind"));
  CFKOPS_ASSIGN(const std::string name, remembered.string_at("/name"));
  CFKOPS_ASSIGN(const std::string uid, remembered.string_at("/uid"));
  CFKOPS_ASSIGN(const Json changes, remembered.at("/changes"));
  CFKOPS_ASSIGN(const kube::Resource resource, client.discover(kind));
  const Subject subject{resource, remembered.string_or("/namespace", ""), name};
  CFKOPS_ASSIGN(const kube::Object now, client.get(resource, subject.ns, name));
  if (now.uid() != uid) {
    return make_error(ErrorCode::Conflict,
                      subject.text() + " is another one now: it has uid " + now.uid() +
                          ", what was changed had " + uid);
  }
  const TakeBack back = take_back(changes, now.json());
  if (!back.foreign.empty()) {
    return Outcome::refused("somebody else has changed " + subject.text() +
                            " meanwhile: " + base::join(back.foreign, "; "));
  }
  if (back.patch.raw().empty()) {
    return Outcome::done({});  // it is as it was already
  }
  // Of this very state: what somebody changes from here on is looked at first.
  const auto patched =
      client.patch(resource,
                   subject.ns,
                   name,
                   back.patch,
                   {.type = kube::PatchType::Merge,
                    .precondition = {.uid = uid, .resource_version = now.resource_version()}});
  if (!patched && patched.error().code == ErrorCode::Conflict) {
    return Outcome::not_yet(patched.error().text());
  }
  return patched ? Outcome::done({}) : Outcome::from(patched.error());
}

}  // namespace

Json fields_to_remember(const Subject& subject,
                        const kube::Object& before,
                        const kube::Object& intended,
                        kube::PatchType type,
                        const Json& patch) {
  return Json(
      nlohmann::json{{"kind", subject.resource.full_name()},
                     {"namespace", subject.ns},
                     {"name", subject.name},
                     {"uid", before.uid()},
                     {"changes", changes_of(before.json(), intended.json(), type, patch).raw()}});
}

std::string remembered_text(const Json& remembered) {
  const std::string ns = remembered.string_or("/namespace", "");
  return remembered.string_or("/kind", "") + " " + (ns.empty() ? "" : ns + "/") +
         remembered.string_or("/name", "");
}

engine::PlannedChange planned_take_back(const Json& remembered) {
  return {.verb = "patch",
          .object = remembered_text(remembered),
          .uid = remembered.string_or("/uid", ""),
          .diff = lines_of_undo(remembered.get("/changes")),
          .verdict = {}};
}

Outcome take_back_fields(kube::Client& client, const Json& remembered) {
  const auto outcome = restore(client, remembered);
  return outcome ? *outcome : Outcome::from(outcome.error());
}

}  // namespace cfkops::actions
