#include "run_summary.hpp"

#include "run_export.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/recovery.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

constexpr std::size_t kMostWaits = 5;  ///< of one step; the others are counted

/// A string as it is, nothing for null, anything else as JSON.
std::string text_of(const Json& json, std::string_view pointer) {
  const Json value = json.get(pointer);
  if (value.is_null()) {
    return {};
  }
  return value.is_string() ? value.string_or("", "") : value.dump();
}

/// "2026-11-23T07:25:01Z", without the decimals of a log.
std::string moment(const std::string& time) {
  const auto parsed = base::parse_rfc3339(time);
  return parsed ? base::format_rfc3339_seconds(*parsed) : time;
}

/// "1m42s", or "" where one of the two is not known.
std::string span(const std::string& from, const std::string& to) {
  const auto begin = base::parse_rfc3339(from);
  const auto end = base::parse_rfc3339(to);
  return begin && end ? base::human_duration(std::chrono::duration_cast<Duration>(*end - *begin))
                      : std::string();
}

std::string row(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : "  " + base::padded(name, 11) + value + "\n";
}

/// A part of the summary with its heading, or nothing.
std::string part(std::string_view heading, const std::string& lines) {
  return lines.empty() ? std::string() : "\n" + std::string(heading) + "\n" + lines;
}

std::string actor_of(const Json& json) {
  const std::string user = text_of(json, "/actor/user");
  const std::string os_user = text_of(json, "/actor/osUser");
  return user + (os_user.empty() ? "" : " (" + os_user + "@" + text_of(json, "/actor/host") + ")");
}

std::string params_of(const Json& run) {
  std::vector<std::string> params;
  for (const auto& [name, value] : run.members("/params")) {
    params.push_back(name + "=" + text_of(value, ""));
  }
  return base::join(params, ", ");
}

std::string log_of(const CheckedLog& log) {
  const std::vector<std::string>& signers = log.report.signers;
  return std::string(state_name(log.report.state)) + ", " +
         (signers.empty() ? "not signed" : "signed by " + base::enumerate(signers)) + ", " +
         log.path.string();
}

std::string result_of(const Json& run) {
  const std::string result = text_of(run, "/result");
  const std::string summary = text_of(run, "/summary");
  if (result.empty()) {
    return "open: it is going on, or was cut short";
  }
  return result + (summary.empty() ? "" : ": " + summary);
}

std::string head_of(const CheckedLog& log, const Json& run) {
  const std::string started = text_of(run, "/started");
  const std::string ended = text_of(run, "/ended");
  const std::string took = span(started, ended);
  const std::string context = text_of(run, "/cluster/context");
  std::string text = "Run " + text_of(run, "/run") + "\n";
  text += row("result", result_of(run));
  text +=
      row("runbook", text_of(run, "/runbook/name") + " (" + text_of(run, "/runbook/file") + ")");
  text += row("parameters", params_of(run));
  text += row("by", actor_of(run));
  text += row("cluster",
              text_of(run, "/cluster/server") + (context.empty() ? "" : " (" + context + ")") +
                  ", namespace " + text_of(run, "/namespace"));
  text += row("saved plan", text_of(run, "/savedPlan/sha256"));
  text += row("started", moment(started));
  text +=
      row("ended", ended.empty() ? "" : moment(ended) + (took.empty() ? "" : ", after " + took));
  for (const Json& one : run.items("/resumes")) {
    text += row(text_of(one, "/task") == "rollback" ? "taken back" : "resumed",
                moment(text_of(one, "/time")) + " by " + actor_of(one));
  }
  for (const Json& one : run.items("/approvals")) {
    text += row("approved", text_of(one, "/text"));
  }
  return text + row("log", log_of(log));
}

/// What is told of each step between its lines.
struct Told {
  std::vector<std::string> waits;
  std::size_t changes = 0;
};

std::map<std::string, Told> told_of(const CheckedLog& log) {
  std::map<std::string, Told> told;
  for (const audit::LogLine& line : log.lines) {
    Told& of_step = told[line.step];
    if (line.phase == "note" && line.data.string_or("/kind", "") == "wait") {
      of_step.waits.push_back(moment(line.time) + "  " + line.data.string_or("/text", ""));
    } else if (line.phase == "intent" && !line.data.bool_or("/aside", false)) {
      ++of_step.changes;
    }
  }
  return told;
}

std::string waits_text(const std::vector<std::string>& waits) {
  const std::size_t from = waits.size() > kMostWaits ? waits.size() - kMostWaits : 0;
  std::string text;
  if (from > 0) {
    text += "             waited for " + std::to_string(from) + " more\n";
  }
  for (std::size_t i = from; i < waits.size(); ++i) {
    text += "             waited " + waits[i] + "\n";
  }
  return text;
}

std::string steps_text(const CheckedLog& log, const Json& run) {
  std::map<std::string, Told> told = told_of(log);
  std::string text;
  for (const Json& step : run.items("/steps")) {
    const std::string id = text_of(step, "/step");
    const std::string why = text_of(step, "/why");
    const std::string took = span(text_of(step, "/time"), text_of(step, "/ended"));
    const Told of_step = std::exchange(told[id], {});  // one that was begun again tells it once
    text += "  " + base::padded(text_of(step, "/state"), 9) + "  " + id + ": " +
            text_of(step, "/title") + "\n             " + moment(text_of(step, "/time")) +
            (took.empty() ? "" : ", " + took) +
            (of_step.changes == 0
                 ? ""
                 : ", " + base::counted(static_cast<long long>(of_step.changes), "change")) +
            "\n";
    text += why.empty() ? "" : "             " + why + "\n";
    text += waits_text(of_step.waits);
  }
  return text;
}

/// Those that passed are counted.
std::string checks_text(const Json& run) {
  long long passed = 0;
  std::string text;
  for (const Json& check : run.items("/checks")) {
    const std::string verdict = text_of(check, "/verdict");
    if (verdict == "pass") {
      ++passed;
      continue;
    }
    text += "  " + base::padded(verdict, 9) + "  " + text_of(check, "/kind") + ": " +
            text_of(check, "/title") + ": " + text_of(check, "/summary") + "\n";
  }
  return (passed == 0 ? "" : "  " + base::counted(passed, "check") + " passed\n") + text;
}

std::string undo_text(const Json& run) {
  std::string text;
  for (const Json& one : run.items("/undo")) {
    const std::string why = text_of(one, "/why");
    if (text_of(one, "/event") == "end") {
      text += "  " + base::padded(text_of(one, "/outcome"), 9) + "  " + text_of(one, "/step") +
              (why.empty() ? "" : ": " + why) + "\n";
    }
  }
  return text;
}

std::string listed(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += "  " + line + "\n";
  }
  return text;
}

std::vector<std::string> left_of(const Json& run) {
  std::vector<std::string> left;
  for (const Json& one : run.items("/left")) {
    left.push_back("- " + text_of(one, ""));
  }
  return left;
}

/// What its own end says, or what there is to do with one that has none; and where there is more.
std::vector<std::string> next_of(const CheckedLog& log) {
  const std::string id = log.report.run_id;
  const std::string this_one = "cfkops runs show " + id;
  std::vector<std::string> next;
  if (!log.lines.empty() && log.lines.back().phase == "end") {
    for (const Json& one : log.lines.back().data.items("/next")) {
      next.push_back(one.string_or("", ""));
    }
  } else if (const auto run = engine::recover(log.lines); run && run->nothing_to_resume().empty()) {
    next = {"cfkops resume " + id, "cfkops rollback " + id};
  }
  std::erase_if(next, [&](const std::string& one) { return one.empty() || one == this_one; });
  next.push_back("cfkops runs export " + id + "  (the report)");
  next.push_back(this_one + " -o json  (every record)");
  return next;
}

}  // namespace

std::string run_summary(const CheckedLog& log) {
  const Json run = exported(log);
  return head_of(log, run) + part("Steps", steps_text(log, run)) +
         part("Checks", checks_text(run)) + part("Undo", undo_text(run)) +
         part("Left", listed(left_of(run))) + part("Next", listed(next_of(log)));
}

}  // namespace cfkops::cli
