#include "health_report.hpp"

#include "exit_code.hpp"
#include "xml.hpp"

#include "cfkops/base/markdown.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cfkops::cli {

namespace {

using health::Answer;
using health::Check;
using health::Finding;
using health::Report;
using health::Severity;
using health::Verdict;

// Of one check; the rest is counted, and the record in JSON has them all.
constexpr std::size_t kMostShown = 20;

std::string counts_of(const Report& report) {
  return fmt::format(
      "{} critical, {} fail, {}, {} info",
      report.count(Severity::Critical),
      report.count(Severity::Fail),
      base::counted(static_cast<long long>(report.count(Severity::Warning)), "warning"),
      report.count(Severity::Info));
}

std::string head_of(const Report& report) {
  std::string text = fmt::format(
      "{}\n\n"
      "  server    {}, {}\n"
      "  looked at {}, {}; {} in {} (profile {})\n"
      "  data of   {} by {} clock\n"
      "  findings  {}\n"
      "  checks    {} pass, {} found something, {} unknown, {} have nothing to judge{}\n",
      report.verdict_line(),
      report.server,
      report.scope,
      base::counted(static_cast<long long>(report.nodes), "node"),
      base::counted(static_cast<long long>(report.pods), "pod"),
      base::counted(static_cast<long long>(report.requests), "request"),
      base::human_duration(report.took),
      to_string(report.profile),
      base::format_rfc3339_seconds(report.at),
      report.by_server_clock ? "the server's" : "this machine's",
      counts_of(report),
      report.count(Verdict::Pass),
      report.count(Verdict::Found),
      report.count(Verdict::Unknown),
      report.count(Verdict::None),
      report.compared ? fmt::format(", {} found only what is known", report.count(Verdict::Known))
                      : "");
  if (report.compared) {
    text += fmt::format("  baseline  {} known before and left out, {} gone since\n",
                        report.known_before,
                        report.gone_since);
  }
  return text;
}

/// One line for each group: what it comes to.
std::string groups_of(const Report& report) {
  std::string text = "\n";
  for (const GroupCounts& group : groups(report)) {
    text += fmt::format("  {:<36}{:>3} pass{:>4} found{:>4} unknown\n",
                        group.name,
                        group.pass,
                        group.found,
                        group.unknown);
  }
  return text;
}

std::string findings_text(const Report& report) {
  std::string text;
  std::map<const Check*, std::size_t> shown;
  for (const Found& found : worst_first(report)) {
    if (++shown[found.check] > kMostShown) {
      continue;
    }
    text += fmt::format("\n{} {} {}: {}\n    {} = {}\n",
                        base::upper(to_string(found.finding->severity)),
                        found.check->id,
                        found.finding->object,
                        found.finding->message,
                        found.finding->field,
                        found.finding->value);
    if (shown[found.check] == 1) {
      text += fmt::format("    next: {} ({})\n", found.check->remedy, found.check->link());
    }
  }
  for (const auto& [check, count] : shown) {
    if (count > kMostShown) {
      text += fmt::format("\n{}: {} more; all of them: -o json\n", check->id, count - kMostShown);
    }
  }
  return text;
}

std::string unknown_text(const Report& report) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const Answer& answer : report.results) {
    for (const std::string& why : answer.unknown) {
      by_reason[why].emplace_back(answer.check->id);
    }
  }
  std::string text = by_reason.empty() ? "" : "\nnot known, and so not taken for well:\n";
  for (const auto& [why, checks] : by_reason) {
    text += fmt::format("  {}: {}\n", base::enumerate(checks, 12), why);
  }
  return text;
}

}  // namespace

std::vector<Found> worst_first(const Report& report) {
  std::vector<Found> all;
  for (const Answer& answer : report.results) {
    for (const Finding& finding : answer.found) {
      all.push_back({answer.check, &finding});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return a.finding->severity > b.finding->severity;
  });
  return all;
}

std::vector<GroupCounts> groups(const Report& report) {
  std::vector<GroupCounts> all;
  for (const Answer& answer : report.results) {
    const std::string_view name = health::group_of(answer.check->id);
    auto group = std::find_if(
        all.begin(), all.end(), [name](const GroupCounts& one) { return one.name == name; });
    if (group == all.end()) {
      group = all.insert(all.end(), {.name = name});
    }
    group->pass += answer.verdict == Verdict::Pass ? 1U : 0U;
    group->found += answer.verdict == Verdict::Found ? 1U : 0U;
    group->unknown += answer.verdict == Verdict::Unknown ? 1U : 0U;
    for (const Finding& finding : answer.found) {
      group->worst = std::max(group->worst, std::optional(finding.severity));
    }
  }
  return all;
}

int health_code(const Report& report, Severity fail_on) {
  const auto worst = report.worst();
  if (worst && *worst >= fail_on) {
    return kValidationFailed;
  }
  return report.count(Verdict::Unknown) > 0 ? kPrerequisite : kOk;
}

Severity fail_severity(const Arguments& arguments) {
  return health::severity_named(arguments.fail_on).value_or(Severity::Critical);
}

std::string health_text(const Report& report) {
  return head_of(report) + groups_of(report) + findings_text(report) + unknown_text(report);
}

std::string health_markdown(const Report& report) {
  std::string text =
      fmt::format("# Cluster health: {}\n\n", base::markdown_text(report.verdict_line()));
  text += fmt::format("{}, {}, {} by {} clock; {}, {}; profile {}.\n\n{}.\n",
                      base::markdown_text(report.server),
                      base::markdown_text(report.scope),
                      base::format_rfc3339_seconds(report.at),
                      report.by_server_clock ? "the server's" : "this machine's",
                      base::counted(static_cast<long long>(report.nodes), "node"),
                      base::counted(static_cast<long long>(report.pods), "pod"),
                      to_string(report.profile),
                      counts_of(report));
  const std::vector<Found> all = worst_first(report);
  if (!all.empty()) {
    text +=
        "\n| severity | check | object | what | evidence | next |\n"
        "| --- | --- | --- | --- | --- | --- |\n";
  }
  for (const Found& found : all) {
    text += fmt::format("| {} | {} | {} | {} | {} = {} | {} |\n",
                        to_string(found.finding->severity),
                        found.check->id,
                        base::markdown_text(found.finding->object),
                        base::markdown_text(found.finding->message),
                        base::markdown_text(found.finding->field),
                        base::markdown_text(found.finding->value),
                        base::markdown_text(found.check->remedy));
  }
  text += "\n| check | question | verdict |\n| --- | --- | --- |\n";
  for (const Answer& answer : report.results) {
    text += fmt::format(
        "| {} | {} | {}{} |\n",
        answer.check->id,
        answer.check->question,
        to_string(answer.verdict),
        answer.unknown.empty() ? "" : ": " + base::markdown_text(answer.unknown.front()));
  }
  return text;
}

std::string health_junit(const Report& report, Severity fail_on) {
  std::string cases;
  std::size_t failures = 0;
  std::size_t errors = 0;
  for (const Answer& answer : report.results) {
    cases += fmt::format(R"(    <testcase classname="{}" name="{} {}")",
                         xml(health::group_of(answer.check->id)),
                         answer.check->id,
                         xml(answer.check->question));
    std::string body;
    for (const Finding& finding : answer.found) {
      if (finding.severity >= fail_on) {
        body += fmt::format(
            "{} {}: {}\n", to_string(finding.severity), finding.object, finding.message);
      }
    }
    if (!body.empty()) {
      ++failures;
      cases += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                           xml(answer.check->remedy),
                           xml(body));
    } else if (answer.verdict == Verdict::Unknown) {
      ++errors;
      cases += fmt::format(">\n      <error message=\"{}\"/>\n    </testcase>\n",
                           xml(base::join(answer.unknown, "; ")));
    } else {
      cases += answer.verdict == Verdict::None ? ">\n      <skipped/>\n    </testcase>\n" : "/>\n";
    }
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"cfkops health\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n{}"
      "  </testsuite>\n</testsuites>\n",
      report.results.size(),
      failures,
      errors,
      cases);
}

}  // namespace cfkops::cli
