#include "json_text.hpp"

#include "cfkops/engine/plan.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::engine {
namespace {

nlohmann::json to_json(const kube::AccessQuestion& question) {
  return {{"verb", question.verb},
          {"group", question.resource.group},
          {"resource", question.resource.plural},
          {"subresource", question.subresource},
          {"namespace", question.ns},
          {"name", question.name},
          {"path", question.path}};
}

nlohmann::json to_json(const PlannedChange& change) {
  return {{"verb", change.verb},
          {"object", change.object},
          {"uid", change.uid},
          {"diff", change.diff},
          {"verdict", change.verdict},
          {"refused", change.refused}};
}

nlohmann::json to_json(const PlannedCheck& check) {
  nlohmann::json json = engine::to_json(check.result);
  json["id"] = check.id;
  json["title"] = check.title;
  json["decides"] = check.decides;
  return json;
}

nlohmann::json to_json(const PlannedInclude& included) {
  return {{"step", included.step},
          {"name", included.name},
          {"file", included.file},
          {"sha256", included.sha256}};
}

nlohmann::json to_json(const LockTarget& lock) {
  return {{"target", lock.text}, {"namespace", lock.ns}, {"lease", lock.lease}};
}

nlohmann::json window_json(const PlannedWindow& window) {
  const auto& changes = window.state.changes;
  return {{"restricted", window.restricted},
          {"open", window.state.open},
          {"changes", changes ? nlohmann::json(base::format_rfc3339(*changes)) : nullptr},
          {"changesLocal", window.state.changes_local},
          {"reason", window.state.reason},
          {"fits", to_string(window.fit)},
          {"ignored", window.ignored},
          {"text", window.text()}};
}

nlohmann::json to_json(const PlannedStep& step);

template <class T>
nlohmann::json list_of(const std::vector<T>& items) {
  nlohmann::json list = nlohmann::json::array();
  for (const T& item : items) {
    list.push_back(to_json(item));
  }
  return list;
}

nlohmann::json to_json(const PlannedStep& step) {
  const std::optional<Duration>& estimate = step.plan.estimate;
  return {{"id", step.id},
          {"title", step.title},
          {"action", step.action},
          {"skipped", step.skipped},
          {"unknown", step.unknown},
          {"confirm", step.confirm},
          {"changes", list_of(step.plan.changes)},
          {"orderedByState", step.plan.ordered_by_state},
          {"notes", step.plan.notes},
          {"disruption", step.plan.disruption},
          {"permissions", list_of(step.plan.permissions)},
          {"estimate", estimate ? nlohmann::json(base::format_duration(*estimate)) : nullptr},
          {"undo", step.plan.undo}};
}

}  // namespace

Json Plan::to_json() const {
  return Json(nlohmann::json{
      {"schemaVersion", 1},
      {"run", run_id},
      {"runbook",
       {{"name", runbook}, {"title", title}, {"risk", risk}, {"sha256", runbook_sha256}}},
      {"includes", list_of(includes)},
      {"cluster", {{"server", server}, {"context", context}, {"version", server_version}}},
      {"namespace", ns},
      {"user", user},
      {"params", engine::to_json(params)},
      {"prerequisites", list_of(prerequisites)},
      {"window", window_json(window)},
      {"locks", list_of(locks)},
      {"steps", list_of(steps)},
      {"validation", validation},
      {"blocked", blocked()}});
}

}  // namespace cfkops::engine
