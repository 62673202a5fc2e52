#include "put_back.hpp"

#include "subject.hpp"
#include "undo_patch.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

Result<engine::Outcome> restore(kube::Client& client, const Json& remembered) {
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
    return engine::Outcome::refused("somebody else has changed " + subject.text() +
                                    " meanwhile: " + base::join(back.foreign, "; "));
  }
  if (back.patch.raw().empty()) {
    return engine::Outcome::done({});  // it is as it was already
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
    return engine::Outcome::not_yet(patched.error().text());
  }
  return patched ? engine::Outcome::done({}) : engine::Outcome::from(patched.error());
}

}  // namespace

Json remember_change(const kube::Resource& resource,
                     const kube::Object& before,
                     const Json& changes) {
  return Json(nlohmann::json{{"kind", resource.full_name()},
                             {"namespace", before.ns()},
                             {"name", before.name()},
                             {"uid", before.uid()},
                             {"changes", changes.raw()}});
}

engine::PlannedChange planned_put_back(const Json& remembered) {
  const std::string ns = remembered.string_or("/namespace", "");
  return {.verb = "patch",
          .object = remembered.string_or("/kind", "") + " " + (ns.empty() ? "" : ns + "/") +
                    remembered.string_or("/name", ""),
          .uid = remembered.string_or("/uid", ""),
          .diff = lines_of_undo(remembered.get("/changes")),
          .verdict = {}};
}

engine::Outcome put_back(kube::Client& client, const Json& remembered) {
  const auto outcome = restore(client, remembered);
  return outcome ? *outcome : engine::Outcome::from(outcome.error());
}

}  // namespace cfkops::actions
