#include "health_report.hpp"
#include "xml.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace cfkops::cli {

namespace {

using health::Answer;
using health::Report;
using health::Severity;
using health::Verdict;

constexpr std::string_view kStyle =
    "body{font:14px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3em .6em;"
    "border-bottom:1px solid #ddd;vertical-align:top}code{font-size:12px}"
    ".critical{color:#a00000;font-weight:bold}.fail{color:#c04000}.warning{color:#806000}"
    ".info{color:#405060}.unknown{color:#6a1b9a}.pass{color:#1b6e20}.none{color:#888}";

struct Bar {
  std::string_view word;
  std::string_view colour;
  std::size_t count;
};

/// A bar for each number, as long as it is large.
std::string bars(const Report& report) {
  const std::array<Bar, 6> all = {{
      {"critical", "#a00000", report.count(Severity::Critical)},
      {"fail", "#e05000", report.count(Severity::Fail)},
      {"warning", "#e0b000", report.count(Severity::Warning)},
      {"info", "#90a4ae", report.count(Severity::Info)},
      {"unknown", "#8e24aa", report.count(Verdict::Unknown)},
      {"pass", "#2e7d32", report.count(Verdict::Pass)},
  }};
  std::size_t most = 1;
  for (const Bar& bar : all) {
    most = std::max(most, bar.count);
  }
  std::string svg = fmt::format(
      "<svg width=\"480\" height=\"{}\" role=\"img\" aria-label=\"counts\">\n", all.size() * 22);
  std::size_t y = 0;
  for (const Bar& bar : all) {
    svg += fmt::format(
        "<text x=\"0\" y=\"{}\" font-size=\"13\">{}</text>"
        "<rect x=\"80\" y=\"{}\" width=\"{}\" height=\"14\" fill=\"{}\"/>"
        "<text x=\"{}\" y=\"{}\" font-size=\"13\">{}</text>\n",
        y + 13,
        bar.word,
        y + 2,
        bar.count * 340 / most,
        bar.colour,
        bar.count * 340 / most + 86,
        y + 13,
        bar.count);
    y += 22;
  }
  return svg + "</svg>\n";
}

std::string findings(const Report& report) {
  const std::vector<Found> all = worst_first(report);
  if (all.empty()) {
    return "<p>Nothing was found.</p>\n";
  }
  std::string rows;
  for (const Found& found : all) {
    const std::string_view severity = to_string(found.finding->severity);
    rows += fmt::format(
        "<tr><td class=\"{0}\">{0}</td><td>{1}</td><td>{2}</td><td>{3}<br>"
        "<code>{4} = {5}</code></td><td>{6}</td></tr>\n",
        severity,
        found.check->id,
        xml(found.finding->object),
        xml(found.finding->message),
        xml(found.finding->field),
        xml(found.finding->value),
        xml(found.check->remedy));
  }
  return "<table><tr><th>severity</th><th>check</th><th>object</th><th>what</th><th>next</th></tr>"
         "\n" +
         rows + "</table>\n";
}

std::string checks(const Report& report) {
  std::string rows;
  for (const Answer& answer : report.results) {
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{}</td></tr>\n",
                        answer.check->id,
                        xml(answer.check->question),
                        to_string(answer.verdict),
                        to_string(answer.verdict),
                        xml(base::join(answer.unknown, "; ")));
  }
  return "<table><tr><th>check</th><th>question</th><th>verdict</th><th>why unknown</th></tr>\n" +
         rows + "</table>\n";
}

}  // namespace

std::string health_html(const Report& report) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<title>Cluster health</title><style>{}</style></head>\n<body>\n"
      "<h1>Cluster health: {}</h1>\n"
      "<p>{}, {}, {} by {} clock; {}, {}; profile {}, {} in {}.</p>\n{}"
      "<h2>Findings</h2>\n{}<h2>Checks</h2>\n{}</body>\n</html>\n",
      kStyle,
      xml(report.verdict_line()),
      xml(report.server),
      xml(report.scope),
      base::format_rfc3339_seconds(report.at),
      report.by_server_clock ? "the server's" : "this machine's",
      base::counted(static_cast<long long>(report.nodes), "node"),
      base::counted(static_cast<long long>(report.pods), "pod"),
      to_string(report.profile),
      base::counted(static_cast<long long>(report.requests), "request"),
      base::human_duration(report.took),
      bars(report),
      findings(report),
      checks(report));
}

}  // namespace cfkops::cli
