#include "checks.hpp"
#include "facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::health {

namespace {

constexpr int kOk = 200;
constexpr int kNotFound = 404;

std::string pod_text(const RestAnswer& answer) {
  return "pod " + answer.ns + "/" + answer.pod;
}

void not_told(const RestAnswer& answer, Judgement& judgement) {
  judgement.unknown.push_back(fmt::format(
      "{}: {}", pod_text(answer), answer.silence.empty() ? "does not say" : answer.silence));
}

/// What every one of these begins with: whether there are such pods.
Judgement begin(const Snapshot& snapshot, std::string_view type) {
  Judgement judgement;
  judgement.nothing_there =
      std::none_of(snapshot.rest.begin(), snapshot.rest.end(), [type](const RestAnswer& answer) {
        return answer.type == type;
      });
  return judgement;
}

/// The pod has another address that answers: it is older than the one that was asked.
bool is_alive(const Snapshot& snapshot, const RestAnswer& asked) {
  return std::any_of(snapshot.rest.begin(), snapshot.rest.end(), [&](const RestAnswer& answer) {
    return answer.ns == asked.ns && answer.pod == asked.pod && answer.path.empty() &&
           answer.status == kOk;
  });
}

Judgement connect_workers(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, "connect");
  for (const RestAnswer& answer : snapshot.rest) {
    if (answer.type != "connect" || answer.path != "health") {
      continue;
    }
    const std::string state = answer.body ? answer.body->string_or("/status", "") : "";
    if (state == "healthy" || (answer.status == kNotFound && is_alive(snapshot, answer))) {
      continue;
    }
    if (state.empty()) {
      not_told(answer, judgement);
    } else {
      const std::string why = answer.body->string_or("/message", "");
      judgement.found.push_back({Severity::Fail,
                                 pod_text(answer),
                                 "says that it is " + state + (why.empty() ? "" : ": " + why),
                                 "GET /health",
                                 state});
    }
  }
  return judgement;
}

/// Of a connector or one of its tasks.
void judge_state(const std::string& object,
                 const std::string& what,
                 const Json& json,
                 const std::string& field,
                 Judgement& judgement) {
  const std::string state = json.string_or("/state", "");
  const std::string why = json.string_or("/trace", "");
  if (state == "FAILED") {
    judgement.found.push_back(
        {Severity::Fail, object, what + " failed" + (why.empty() ? "" : ": " + why), field, state});
  } else if (state == "UNASSIGNED") {
    judgement.found.push_back(
        {Severity::Warning, object, what + " is run by no worker", field, state});
  } else if (state == "PAUSED" || state == "STOPPED") {
    judgement.found.push_back({Severity::Info, object, what + " does not run", field, state});
  } else if (state.empty()) {
    judgement.unknown.push_back(object + ": " + what + " does not say its state");
  }
}

Judgement connectors(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, "connect");
  for (const RestAnswer& answer : snapshot.rest) {
    if (answer.type != "connect" || !answer.path.starts_with("connectors")) {
      continue;
    }
    if (answer.status != kOk || !answer.body) {
      not_told(answer, judgement);
      continue;
    }
    for (const auto& [name, connector] : answer.body->members()) {
      const std::string object = fmt::format("connector {}/{}/{}", answer.ns, answer.set, name);
      judge_state(object, "it", connector.get("/status/connector"), "connector.state", judgement);
      for (const Json& task : connector.items("/status/tasks")) {
        const std::int64_t id = task.int_or("/id", -1);
        judge_state(object,
                    fmt::format("task {}", id),
                    task,
                    fmt::format("tasks[{}].state", id),
                    judgement);
      }
    }
  }
  return judgement;
}

Judgement schema_registry(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, "schemaregistry");
  for (const RestAnswer& answer : snapshot.rest) {
    if (answer.type != "schemaregistry") {
      continue;
    }
    const std::string mode = answer.body ? answer.body->string_or("/mode", "") : "";
    if (mode.empty()) {
      not_told(answer, judgement);
    } else if (mode != "READWRITE") {
      judgement.found.push_back({Severity::Fail,
                                 pod_text(answer),
                                 "takes no new schemas as usual: its mode is " + mode,
                                 "GET /mode",
                                 mode});
    }
  }
  return judgement;
}

/// Which parts of ksqlDB are not well.
std::string sick_parts(const Json& health) {
  std::string all;
  for (const auto& [name, part] : health.members("/details")) {
    if (!part.bool_or("/isHealthy", true)) {
      all += (all.empty() ? ": " : ", ") + name;
    }
  }
  return all;
}

Judgement ksqldb(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, "ksqldb");
  for (const RestAnswer& answer : snapshot.rest) {
    if (answer.type != "ksqldb") {
      continue;
    }
    const auto healthy = answer.body ? answer.body->bool_at("/isHealthy")
                                     : Result<bool>(make_error(ErrorCode::NotFound, "no answer"));
    if (!healthy) {
      not_told(answer, judgement);
    } else if (!*healthy) {
      judgement.found.push_back({Severity::Fail,
                                 pod_text(answer),
                                 "says that it is not healthy" + sick_parts(*answer.body),
                                 "GET /healthcheck",
                                 "false"});
    }
  }
  return judgement;
}

constexpr std::array<Check, 4> kChecks = {{
    {"E01",
     "Is every worker of Connect healthy?",
     Severity::Fail,
     false,
     Parts(Part::Rest, Part::Pods),
     "look at its log: it waits for Kafka, its internal topics or its group",
     connect_workers},
    {"E02",
     "Do all connectors and their tasks run?",
     Severity::Fail,
     false,
     Parts(Part::Rest, Part::Pods),
     "see the trace: GET /connectors/NAME/status; mend the cause, then restart what failed",
     connectors},
    {"E03",
     "Does Schema Registry take schemas?",
     Severity::Fail,
     false,
     Parts(Part::Rest, Part::Pods),
     "if nobody set that mode on purpose, set READWRITE; look at its log where it is silent",
     schema_registry},
    {"E04",
     "Is ksqlDB healthy?",
     Severity::Fail,
     false,
     Parts(Part::Rest, Part::Pods),
     "look at its log, and at Kafka where that is the part that is not well",
     ksqldb},
}};

}  // namespace

std::span<const Check> ecosystem_checks() {
  return kChecks;
}

}  // namespace cfkops::health
