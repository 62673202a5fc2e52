#include "undo_made.hpp"

#include "field_undo.hpp"
#include "object_form.hpp"
#include "objects_taken.hpp"
#include "subject.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;

/// A hash of what somebody may have changed; of Secrets nothing, since it could be guessed from.
std::string content_of(const kube::Object& object) {
  if (object.kind() == "Secret") {
    return "";
  }
  nlohmann::json content = in_namespace(kept_form(object), object.ns(), object.ns()).raw();
  content.erase("metadata");
  return base::sha256_hex(Json(std::move(content)).dump());
}

Subject subject_of(kube::Resource resource, const Json& remembered) {
  return {std::move(resource),
          remembered.string_or("/namespace", ""),
          remembered.string_or("/name", "")};
}

/// What else is in a namespace, besides what the cluster puts there by itself and what is going.
Result<std::vector<std::string>> others_in(kube::Client& client, const std::string& ns) {
  WishedObjects wish{.namespaces = {ns}, .selector = {}, .kinds = {}, .secrets = true};
  CFKOPS_ASSIGN(std::vector<kube::Resource> resources, wished_resources(client, wish));
  resources.push_back(kube::resources::pods());
  CFKOPS_ASSIGN(const TakenObjects taken, take_objects(client, wish, resources));
  std::vector<std::string> others;
  for (const KeptObject& object : taken.objects) {
    if (object.resource != kube::resources::namespaces()) {
      others.push_back(text_of(object.body));
    }
  }
  return others;
}

Result<Outcome> may_go(kube::Client& client, const Subject& subject, const kube::Object& now) {
  if (subject.resource != kube::resources::namespaces() || now.deleting()) {
    return Outcome::done();
  }
  const auto others = others_in(client, subject.name);
  if (!others && others.error().code == ErrorCode::Forbidden) {
    return Outcome::refused(subject.text() +
                            " stays: what else is in it cannot be seen: " + others.error().text());
  }
  if (!others) {
    return others.error();
  }
  return others->empty() ? Outcome::done()
                         : Outcome::refused(subject.text() +
                                            " stays: there is something in it "
                                            "that this run has not made: " +
                                            base::enumerate(*others));
}

Result<Outcome> remove(kube::Client& client, const Json& remembered) {
  CFKOPS_ASSIGN(const std::string kind, remembered.string_at("/kind"));
  CFKOPS_ASSIGN(const std::string run, remembered.string_at("/made_by"));
  CFKOPS_ASSIGN(const kube::Resource resource, client.discover(kind));
  const Subject subject = subject_of(resource, remembered);
  const auto now = client.get(resource, subject.ns, subject.name);
  if (!now && now.error().code == ErrorCode::NotFound) {
    return Outcome::done();
  }
  if (!now) {
    return now.error();
  }
  if (now->annotation(kMadeBy).value_or("") != run) {
    return Outcome::refused(subject.text() + " stays: it is not the one that this run has made");
  }
  const std::string made = remembered.string_or("/content", "");
  if (!made.empty() && content_of(*now) != made) {
    return Outcome::refused(subject.text() +
                            " stays: somebody has changed it since this run made it; delete it by "
                            "hand where it is not needed");
  }
  CFKOPS_ASSIGN(Outcome allowed, may_go(client, subject, *now));
  if (allowed.kind != Outcome::Kind::Done) {
    return allowed;
  }
  const Status removed =
      client.remove(resource,
                    subject.ns,
                    subject.name,
                    {.precondition = {.uid = now->uid(), .resource_version = {}}});
  if (!removed && removed.error().code == ErrorCode::Conflict) {
    return Outcome::not_yet(removed.error().text());
  }
  if (!removed && removed.error().code != ErrorCode::NotFound) {
    return removed.error();
  }
  return Outcome::done();
}

}  // namespace

Json remember_made(const kube::Resource& resource,
                   const std::string& ns,
                   const kube::Object& intended,
                   const std::string& run_id) {
  return Json(nlohmann::json{{"kind", resource.full_name()},
                             {"namespace", resource.namespaced ? ns : ""},
                             {"name", intended.name()},
                             {"made_by", run_id},
                             {"content", content_of(intended)}});
}

bool is_made(const Json& remembered) {
  return remembered.has("/made_by");
}

engine::PlannedChange planned_undo_of_made(const Json& remembered) {
  return {.verb = "delete",
          .object = remembered_text(remembered),
          .uid = {},
          .diff = {},
          .verdict = {}};
}

Outcome undo_made(kube::Client& client, const Json& remembered) {
  const auto outcome = remove(client, remembered);
  return outcome ? *outcome : Outcome::from(outcome.error());
}

}  // namespace cfkops::actions
