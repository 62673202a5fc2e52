#include "health_screen.hpp"

#include "health_report.hpp"
#include "live_lines.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/concealed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

namespace cfkops::cli {
namespace {

using health::Severity;
using Lines = std::vector<LiveLine>;

/// Below that there is room for what was found alone.
constexpr std::size_t kRowsForGroups = 16;

LiveStage stage_of(Severity severity) {
  return severity >= Severity::Fail      ? LiveStage::Failed
         : severity == Severity::Warning ? LiveStage::Unknown
                                         : LiveStage::Pending;
}

LiveStage stage_of(const GroupCounts& group) {
  if (group.worst && *group.worst > Severity::Info) {
    return stage_of(*group.worst);
  }
  return group.unknown > 0              ? LiveStage::Unknown
         : group.pass + group.found > 0 ? LiveStage::Done
                                        : LiveStage::Skipped;
}

LiveLine heading_of(const health::Report& report, Duration ago, const LiveLines& lines) {
  const std::string when = base::human_duration(ago) + " ago";
  const std::string verdict = lines.clean(report.verdict_line());
  return lines.heading({fmt::format("{}, {}: {} (looked {})",
                                    lines.clean(report.server),
                                    lines.clean(report.scope),
                                    verdict,
                                    when),
                        fmt::format("{} (looked {})", verdict, when),
                        verdict});
}

Lines groups_of(const health::Report& report, const LiveLines& lines) {
  Lines rows;
  for (const GroupCounts& group : groups(report)) {
    rows.push_back(lines.row(
        0,
        stage_of(group),
        std::string(group.name),
        fmt::format("{} pass, {} found, {} unknown", group.pass, group.found, group.unknown)));
  }
  return rows;
}

Lines details_of(const health::Report& report, const LiveLines& lines) {
  Lines rows;
  for (const Found& found : worst_first(report)) {
    rows.push_back(
        lines.row(0,
                  stage_of(found.finding->severity),
                  lines.clean(fmt::format(
                      "{} {}: {}", found.check->id, found.finding->object, found.finding->message)),
                  std::string(to_string(found.finding->severity))));
  }
  for (const health::Answer& answer : report.results) {
    for (const std::string& why : answer.unknown) {
      rows.push_back(lines.row(0,
                               LiveStage::Unknown,
                               lines.clean(fmt::format("{} {}", answer.check->id, why)),
                               "unknown"));
    }
  }
  return rows;
}

}  // namespace

Lines health_screen(const health::Report& report, Duration ago, const LiveLook& look) {
  const base::Concealed concealed;
  const LiveLines lines(concealed, look);
  const std::size_t rows = static_cast<std::size_t>(std::max(look.screen.rows, 2)) - 1;
  Lines screen = {heading_of(report, ago, lines)};
  if (rows >= kRowsForGroups) {
    Lines all = groups_of(report, lines);
    std::move(all.begin(), all.end(), std::back_inserter(screen));
  }
  Lines details = details_of(report, lines);
  const std::size_t room = rows - std::min(rows, screen.size());
  const std::size_t shown =
      details.size() <= room ? details.size() : room - std::min<std::size_t>(room, 1);
  std::move(details.begin(),
            details.begin() + static_cast<std::ptrdiff_t>(shown),
            std::back_inserter(screen));
  if (shown < details.size() && room > 0) {
    screen.push_back(lines.more(0, details.size() - shown, "line"));
  }
  return screen;
}

}  // namespace cfkops::cli
