#include "health_changes.hpp"

#include "health_report.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::cli {

std::string HealthChanges::line(std::string_view word, const Place& place, const Standing& found) {
  const auto& [check, object, field] = place;
  return fmt::format("{:<8} {} {} {}: {}",
                     word,
                     base::upper(to_string(found.severity)),
                     check,
                     object,
                     found.message);
}

std::vector<std::string> HealthChanges::next(const health::Report& report) {
  Unknowns unknown;
  for (const health::Answer& answer : report.results) {
    if (!answer.unknown.empty()) {
      unknown[answer.check->id] = base::join(answer.unknown, "; ");
    }
  }
  Findings found;
  std::vector<std::string> lines;
  // The worst first: of several in one place the worst counts.
  for (const Found& one : worst_first(report)) {
    const Place place{one.check->id, one.finding->object, one.finding->field};
    const Standing now{.severity = one.finding->severity, .message = one.finding->message};
    const auto before = found_.find(place);
    if (!found.emplace(place, now).second ||
        (before != found_.end() && before->second.severity == now.severity)) {
      continue;
    }
    const bool is_new = before == found_.end();
    lines.push_back(line(is_new                                   ? "found"
                         : before->second.severity < now.severity ? "worse"
                                                                  : "better",
                         place,
                         now));
  }
  for (const auto& [place, before] : found_) {
    if (found.contains(place)) {
      continue;
    }
    if (unknown.contains(std::get<0>(place))) {
      found.emplace(place, before);
    } else {
      lines.push_back(line("gone", place, before));
    }
  }
  for (const auto& [check, why] : unknown) {
    if (!unknown_.contains(check)) {
      lines.push_back(fmt::format("{:<8} {}: {}", "unknown", check, why));
    }
  }
  for (const auto& [check, why] : unknown_) {
    if (!unknown.contains(check)) {
      lines.push_back(fmt::format("{:<8} {}, which was not known: {}", "judged", check, why));
    }
  }
  found_ = std::move(found);
  unknown_ = std::move(unknown);
  return lines;
}

}  // namespace cfkops::cli
