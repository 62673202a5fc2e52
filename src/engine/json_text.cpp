#include "json_text.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::engine {

nlohmann::json to_json(const runbook::ValueMap& values) {
  return runbook::Value(values).to_json().raw();
}

nlohmann::json to_json(const CheckResult& result) {
  return {{"verdict", to_string(result.verdict)},
          {"summary", result.summary},
          {"details", result.details},
          {"remedy", result.remedy},
          {"outputs", to_json(result.outputs)}};
}

nlohmann::json to_json(const Outcome& outcome) {
  return {{"outcome", to_string(outcome.kind)},
          {"why", outcome.why},
          {"outputs", to_json(outcome.outputs)},
          {"left", outcome.left},
          {"error", outcome.error ? to_json(*outcome.error) : nlohmann::json()}};
}

nlohmann::json to_json(const Error& error) {
  return {{"code", base::to_string(error.code)},
          {"message", error.text()},
          {"hint", error.hint},
          {"reason", error.reason},
          {"status", error.http_status}};
}

}  // namespace cfkops::engine
