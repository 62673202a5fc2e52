#include "write_request.hpp"

#include "query.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::kube {

std::string describe(std::string_view verb,
                     const Resource& resource,
                     std::string_view ns,
                     std::string_view name) {
  std::string text(verb);
  if (name.empty()) {
    text += " " + resource.full_name();
    return ns.empty() || !resource.namespaced ? text : text + " in namespace " + std::string(ns);
  }
  text += " " + base::lower(resource.kind) + " ";
  if (resource.namespaced && !ns.empty()) {
    text += std::string(ns) + "/";
  }
  return text + std::string(name);
}

std::string write_query(DryRun dry_run, bool force) {
  Query query;
  query.add("fieldManager", "cfkops").add("fieldValidation", "Strict");
  if (force) {
    query.add("force", "true");
  }
  if (dry_run == DryRun::Yes) {
    query.add("dryRun", "All");
  }
  return query.text();
}

std::string_view content_type(PatchType type) {
  switch (type) {
    case PatchType::Json:
      return "application/json-patch+json";
    case PatchType::Merge:
      return "application/merge-patch+json";
    case PatchType::Strategic:
      return "application/strategic-merge-patch+json";
    case PatchType::Apply:
      return "application/apply-patch+yaml";
  }
  return "application/json";
}

Request json_request(std::string method, std::string target, const Json& body) {
  return {.method = std::move(method),
          .target = std::move(target),
          .headers = {{"Content-Type", "application/json"}},
          .body = body.dump()};
}

Json eviction_body(const std::string& ns,
                   const std::string& pod,
                   const Precondition& precondition,
                   DryRun dry_run) {
  nlohmann::json options = nlohmann::json::object();
  if (!precondition.uid.empty()) {
    options["preconditions"]["uid"] = precondition.uid;
  }
  if (!precondition.resource_version.empty()) {
    options["preconditions"]["resourceVersion"] = precondition.resource_version;
  }
  if (dry_run == DryRun::Yes) {
    options["dryRun"] = nlohmann::json::array({"All"});
  }
  return Json(nlohmann::json{{"apiVersion", "policy/v1"},
                             {"kind", "Eviction"},
                             {"metadata", {{"name", pod}, {"namespace", ns}}},
                             {"deleteOptions", std::move(options)}});
}

}  // namespace cfkops::kube
