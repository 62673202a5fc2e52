#include "runbook_json.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/runbook/include.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace cfkops::cli {
namespace {

nlohmann::json to_json(const std::optional<runbook::Value>& value) {
  return value ? value->to_json().raw() : nlohmann::json();
}

nlohmann::json to_json(const runbook::ArgumentValue& argument);

nlohmann::json to_json(const runbook::ArgumentMap& members) {
  nlohmann::json map = nlohmann::json::object();
  for (const runbook::ArgumentValue::Member& member : members) {
    map[member.name] = to_json(member.value);
  }
  return map;
}

nlohmann::json to_json(const runbook::ArgumentValue& argument) {
  if (const auto* value = std::get_if<runbook::Value>(&argument.data)) {
    return value->to_json().raw();
  }
  if (const auto* text = std::get_if<runbook::Template>(&argument.data)) {
    return text->source();
  }
  if (const auto* members = std::get_if<runbook::ArgumentMap>(&argument.data)) {
    return to_json(*members);
  }
  nlohmann::json list = nlohmann::json::array();
  for (const runbook::ArgumentValue& item :
       *std::get_if<runbook::ArgumentValue::List>(&argument.data)) {
    list.push_back(to_json(item));
  }
  return list;
}

nlohmann::json to_json(const runbook::Param& param) {
  return {{"name", param.name},
          {"type", param.type.text()},
          {"required", param.required},
          {"default", to_json(param.fallback)},
          {"min", to_json(param.least)},
          {"max", to_json(param.most)},
          {"doc", param.doc}};
}

nlohmann::json to_json(const runbook::CheckEntry& check) {
  return {{"id", check.id},
          {"check", check.kind},
          {"title", check.title},
          {"when", check.when.source()},
          {"with", to_json(check.with)},
          {"that", check.that.source()},
          {"else", check.otherwise.source()}};
}

nlohmann::json to_json(const runbook::Guard& guard);
nlohmann::json to_json(const runbook::Template& text);
nlohmann::json to_json(const runbook::WindowEntry& window);
nlohmann::json to_json(const runbook::Step& step);

template <class T>
nlohmann::json list_of(const std::vector<T>& items) {
  nlohmann::json list = nlohmann::json::array();
  for (const T& item : items) {
    list.push_back(to_json(item));
  }
  return list;
}

nlohmann::json to_json(const runbook::Guard& guard) {
  nlohmann::json json = to_json(guard.check);
  json["every"] = base::format_duration(guard.every);
  json["for"] = base::format_duration(guard.hold);
  json["onBreach"] = runbook::to_string(guard.on_breach);
  return json;
}

nlohmann::json to_json(const runbook::Template& text) {
  return text.source();
}

nlohmann::json to_json(const runbook::WindowEntry& window) {
  return {{"kind", runbook::to_string(window.kind)},
          {"title", window.title},
          {"file", window.file},
          {"start", window.start},
          {"duration",
           window.duration ? nlohmann::json(base::format_duration(*window.duration))
                           : nlohmann::json()},
          {"rrule", window.rrule},
          {"except", window.except},
          {"timezone", window.timezone}};
}

nlohmann::json to_json(const runbook::Attempts& attempts) {
  return {{"max", attempts.max},
          {"every", base::format_duration(attempts.every)},
          {"backoff", attempts.backoff},
          {"on", attempts.on}};
}

nlohmann::json to_json(const std::optional<runbook::Each>& each) {
  if (!each) {
    return {};
  }
  nlohmann::json batch = nlohmann::json::array();
  for (const runbook::Share& share : each->batch) {
    batch.push_back(share.text());
  }
  return {{"in", each->in.source()},
          {"as", each->as},
          {"batch", std::move(batch)},
          {"maxFailures", each->max_failures.text()}};
}

nlohmann::json to_json(const std::optional<Duration>& duration) {
  return duration ? nlohmann::json(base::format_duration(*duration)) : nlohmann::json();
}

/// What the step includes, or null.
nlohmann::json included_json(const runbook::Step& step) {
  if (step.included == nullptr) {
    return {};
  }
  const runbook::Runbook& inside = step.included->runbook;
  return {{"word", step.include},
          {"name", inside.name},
          {"file", inside.file},
          {"sha256", inside.sha256}};
}

nlohmann::json to_json(const runbook::Step& step) {
  return {
      {"id", step.id},
      {"title", step.title},
      {"do", step.action},
      {"include", included_json(step)},
      {"when", step.when.source()},
      {"each", to_json(step.each)},
      {"with", to_json(step.with)},
      {"timeout", to_json(step.timeout)},
      {"attempts", to_json(step.attempts)},
      {"effect", step.effect ? nlohmann::json(runbook::to_string(*step.effect)) : nlohmann::json()},
      {"onFailure", runbook::to_string(step.on_failure.value_or(runbook::OnFailure::Rollback))},
      {"expect", list_of(step.expect)},
      {"noRollback", step.no_rollback},
      {"rollback", list_of(step.rollback)},
      {"confirm", step.confirm.source()},
      {"steps", list_of(step.steps)}};
}

}  // namespace

nlohmann::json to_json(const runbook::Runbook& book) {
  return {{"schemaVersion", 1},
          {"name", book.name},
          {"title", book.title},
          {"purpose", book.purpose},
          {"owner", book.owner},
          {"risk", book.risk},
          {"params", list_of(book.params)},
          {"prerequisites", list_of(book.prerequisites)},
          {"guard", list_of(book.guards)},
          {"locks", list_of(book.locks)},
          {"windows", list_of(book.windows)},
          {"steps", list_of(book.steps)},
          {"validation", list_of(book.validation)},
          {"rollback", list_of(book.rollback)},
          {"settings",
           {{"timeout", to_json(book.settings.timeout)},
            {"runTimeout", to_json(book.settings.run_timeout)}}},
          {"file", book.file},
          {"sha256", book.sha256}};
}

}  // namespace cfkops::cli
