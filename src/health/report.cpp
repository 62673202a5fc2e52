#include "cfkops/health/report.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace cfkops::health {

namespace {

constexpr std::array<Severity, 4> kWorstFirst = {
    Severity::Critical, Severity::Fail, Severity::Warning, Severity::Info};

nlohmann::json json_of(const Finding& finding) {
  return {{"severity", to_string(finding.severity)},
          {"object", finding.object},
          {"message", finding.message},
          {"field", finding.field},
          {"value", finding.value}};
}

nlohmann::json json_of(const Answer& answer) {
  nlohmann::json found = nlohmann::json::array();
  for (const Finding& finding : answer.found) {
    found.push_back(json_of(finding));
  }
  return {{"id", answer.check->id},
          {"group", group_of(answer.check->id)},
          {"question", answer.check->question},
          {"verdict", to_string(answer.verdict)},
          {"findings", std::move(found)},
          {"unknown", answer.unknown},
          {"remedy", answer.check->remedy},
          {"link", answer.check->link()},
          {"ageSeconds", base::in_seconds(answer.age)}};
}

}  // namespace

std::optional<Severity> Report::worst() const {
  std::optional<Severity> worst;
  for (const Answer& answer : results) {
    for (const Finding& finding : answer.found) {
      worst = std::max(worst.value_or(finding.severity), finding.severity);
    }
  }
  return worst;
}

std::size_t Report::count(Severity severity) const {
  std::size_t sum = 0;
  for (const Answer& answer : results) {
    sum += static_cast<std::size_t>(
        std::count_if(answer.found.begin(), answer.found.end(), [severity](const Finding& one) {
          return one.severity == severity;
        }));
  }
  return sum;
}

std::size_t Report::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [verdict](const Answer& one) {
        return one.verdict == verdict;
      }));
}

std::string Report::verdict_line() const {
  std::vector<std::string> parts;
  for (const Severity severity : kWorstFirst) {
    if (const std::size_t found = count(severity); found > 0 && severity != Severity::Info) {
      parts.push_back(severity == Severity::Warning
                          ? base::counted(static_cast<long long>(found), "warning")
                          : fmt::format("{} {}", found, to_string(severity)));
    }
  }
  const std::size_t unknown = count(Verdict::Unknown);
  const std::string not_judged =
      base::counted(static_cast<long long>(unknown), "check") + " could not be judged";
  if (!parts.empty()) {
    return "not healthy: " + base::enumerate(parts) + (unknown > 0 ? "; " + not_judged : "");
  }
  return unknown > 0 ? "not known: " + not_judged : "healthy";
}

Report assess(const Snapshot& snapshot, const Selection& selection) {
  Report report;
  report.profile = selection.profile;
  report.at = snapshot.now;
  report.by_server_clock = snapshot.by_server_clock;
  report.nodes = snapshot.source(Part::Nodes).seen;
  report.pods = snapshot.source(Part::Pods).seen;
  report.results = judge_all(snapshot, selection);
  return report;
}

Result<Baseline> read_baseline(std::string_view text) {
  const Result<Json> json = Json::parse(text);
  if (!json || !json->get("/checks").is_array() || json->int_or("/schemaVersion", 0) != 1) {
    return make_error(ErrorCode::InvalidInput,
                      "this is no report of cfkops health",
                      "make one with: cfkops health -o json > baseline.json");
  }
  Baseline baseline{.server = json->string_or("/server", ""),
                    .scope = json->string_or("/scope", ""),
                    .findings = {}};
  for (const Json& check : json->items("/checks")) {
    for (const Json& finding : check.items("/findings")) {
      baseline.findings.push_back(
          {.check = check.string_or("/id", ""),
           .object = finding.string_or("/object", ""),
           .field = finding.string_or("/field", ""),
           .value = finding.string_or("/value", ""),
           // The least where the word is none: then all is worse than it was, and told.
           .severity =
               severity_named(finding.string_or("/severity", "")).value_or(Severity::Info)});
    }
  }
  return baseline;
}

void leave_out(Report& report, const Baseline& baseline) {
  std::vector<bool> met(baseline.findings.size(), false);
  const auto take = [&](const Answer& answer, const Finding& finding, bool same_value) {
    for (std::size_t i = 0; i < met.size(); ++i) {
      const Baseline::Known& known = baseline.findings[i];
      if (!met[i] && known.check == answer.check->id && known.object == finding.object &&
          known.field == finding.field && finding.severity <= known.severity &&
          (!same_value || known.value == finding.value)) {
        met[i] = true;
        ++report.known_before;
        return true;
      }
    }
    return false;
  };
  for (Answer& answer : report.results) {
    for (const bool same_value : {true, false}) {
      std::erase_if(answer.found,
                    [&](const Finding& one) { return take(answer, one, same_value); });
    }
    if (answer.found.empty() && answer.verdict == Verdict::Found) {
      answer.verdict = Verdict::Known;
    }
  }
  report.compared = true;
  for (std::size_t i = 0; i < met.size() && report.scope == baseline.scope; ++i) {
    const auto judged =
        std::any_of(report.results.begin(), report.results.end(), [&](const Answer& answer) {
          return answer.check->id == baseline.findings[i].check &&
                 answer.verdict != Verdict::Unknown;
        });
    report.gone_since += !met[i] && judged ? 1U : 0U;
  }
}

Json json_of(const Report& report) {
  nlohmann::json checks = nlohmann::json::array();
  for (const Answer& answer : report.results) {
    checks.push_back(json_of(answer));
  }
  nlohmann::json counts = nlohmann::json::object();
  for (const Severity severity : kWorstFirst) {
    counts[std::string(to_string(severity))] = report.count(severity);
  }
  for (const Verdict verdict :
       {Verdict::Pass, Verdict::Found, Verdict::Unknown, Verdict::None, Verdict::Known}) {
    counts[std::string(to_string(verdict))] = report.count(verdict);
  }
  const auto worst = report.worst();
  return Json(nlohmann::json{{"schemaVersion", 1},
                             {"server", report.server},
                             {"scope", report.scope},
                             {"profile", to_string(report.profile)},
                             {"time", base::format_rfc3339_seconds(report.at)},
                             {"timeBy", report.by_server_clock ? "server" : "client"},
                             {"seconds", base::in_seconds(report.took)},
                             {"requests", report.requests},
                             {"nodes", report.nodes},
                             {"pods", report.pods},
                             {"verdict", report.verdict_line()},
                             {"worst", worst ? nlohmann::json(to_string(*worst)) : nullptr},
                             {"counts", std::move(counts)},
                             {"knownBefore", report.known_before},
                             {"goneSince", report.gone_since},
                             {"checks", std::move(checks)}});
}

}  // namespace cfkops::health
