#include "run_export.hpp"

#include "cfkops/base/markdown.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>

namespace cfkops::cli {
namespace {

using Cells = std::initializer_list<std::string>;

/// A string as it is, nothing for null, anything else as JSON.
std::string text_of(const Json& json, std::string_view pointer) {
  const Json value = json.get(pointer);
  if (value.raw().is_null()) {
    return {};
  }
  return base::printable(value.raw().is_string() ? value.string_or("", "") : value.dump());
}

std::string object_of(const Json& change) {
  std::string text = text_of(change, "/verb") + " " + text_of(change, "/resource");
  if (const std::string sub = text_of(change, "/subresource"); !sub.empty()) {
    text += "/" + sub;
  }
  const std::string ns = text_of(change, "/namespace");
  return text + " " + (ns.empty() ? "" : ns + "/") + text_of(change, "/name");
}

std::string outcome_of(const Json& change) {
  if (change.bool_or("/unknown", true)) {
    return "unknown";
  }
  const std::string error = text_of(change, "/error");
  const std::string status = text_of(change, "/status");
  return error.empty() ? "done (" + status + ")" : "failed (" + status + ")";
}

std::string joined_ids(const Json& change) {
  std::vector<std::string> ids;
  for (const Json& id : change.items("/auditIds")) {
    ids.push_back(text_of(id, ""));
  }
  return base::join(ids, " ");
}

std::string actor_of(const Json& json) {
  return text_of(json, "/actor/user") + " (" + text_of(json, "/actor/osUser") + "@" +
         text_of(json, "/actor/host") + ")";
}

std::string signers_of(const Json& log) {
  std::vector<std::string> keys;
  for (const Json& key : log.items("/signers")) {
    keys.push_back(text_of(key, ""));
  }
  return keys.empty() ? "nobody" : base::join(keys, ", ");
}

std::string row(Cells cells) {
  std::string text = "|";
  for (const std::string& one : cells) {
    text += " " + base::markdown_text(one) + " |";
  }
  return text + "\n";
}

std::string table(Cells head) {
  std::string text = row(head) + "|";
  for (std::size_t i = 0; i < head.size(); ++i) {
    text += " --- |";
  }
  return text + "\n";
}

std::string saved_plan_of(const Json& run) {
  const std::string hash = text_of(run, "/savedPlan/sha256");
  return hash.empty() ? "none"
                      : hash + " of " + text_of(run, "/savedPlan/created") + " by " +
                            text_of(run, "/savedPlan/requester");
}

std::string facts(const Json& run) {
  const std::string params = text_of(run, "/params");
  const std::string error = text_of(run, "/log/reason");
  return table({"", ""}) + row({"run", text_of(run, "/run")}) +
         row({"runbook",
              text_of(run, "/runbook/name") + ", " + text_of(run, "/runbook/file") + ", sha256 " +
                  text_of(run, "/runbook/sha256")}) +
         row({"by", actor_of(run)}) +
         row({"cluster",
              text_of(run, "/cluster/server") + " " + text_of(run, "/cluster/context")}) +
         row({"namespace", text_of(run, "/namespace")}) + row({"parameters", params}) +
         row({"command", text_of(run, "/commandLine")}) + row({"saved plan", saved_plan_of(run)}) +
         row({"started", text_of(run, "/started")}) + row({"ended", text_of(run, "/ended")}) +
         row({"result", text_of(run, "/result")}) + row({"summary", text_of(run, "/summary")}) +
         row({"log", text_of(run, "/log/state") + (error.empty() ? "" : ": " + error)}) +
         row({"records",
              text_of(run, "/log/records") + ", of which signed " +
                  text_of(run, "/log/signedRecords")}) +
         row({"last hash", text_of(run, "/log/sha256")}) +
         row({"signed by", signers_of(run.get("/log"))}) +
         row({"tool",
              "cfkops " + text_of(run, "/tool/version") + " " + text_of(run, "/tool/commit")});
}

std::string plan_of(const Json& plan) {
  std::string text;
  for (const auto& [name, value] : plan.get("/params").members()) {
    text += "- " + base::markdown_text(name + " = " + text_of(value, "")) + "\n";
  }
  for (const Json& step : plan.items("/steps")) {
    text +=
        "- " + base::markdown_text(text_of(step, "/id") + ": " + text_of(step, "/title")) + "\n";
    for (const Json& change : step.items("/changes")) {
      text += "  - " +
              base::markdown_text(text_of(change, "/verb") + " " + text_of(change, "/object")) +
              "\n";
      for (const Json& line : change.items("/diff")) {
        text += "    - " + base::markdown_text(text_of(line, "")) + "\n";
      }
    }
  }
  return text.empty() ? "There was no plan.\n" : text;
}

}  // namespace

std::string to_markdown(const Json& run) {
  std::string text = "# Run " + base::markdown_text(text_of(run, "/run")) + "\n\n" + facts(run);
  text += "\n## Plan\n\n" + plan_of(run.get("/plan"));
  if (const Json rollback = run.get("/rollbackPlan"); !rollback.is_null()) {
    text += "\n## Plan of the rollback\n\n" + plan_of(rollback);
  }
  text += "\n## Approvals\n\n" + table({"time", "what"});
  for (const Json& one : run.items("/approvals")) {
    text += row({text_of(one, "/time"), text_of(one, "/text")});
  }
  for (const Json& one : run.items("/resumes")) {
    text += row({text_of(one, "/time"),
                 text_of(one, "/task") + " by " + actor_of(one) + " " + text_of(one, "/takeOver")});
  }
  text += "\n## Locks\n\n" + table({"time", "event", "target", "token", "what"});
  for (const Json& one : run.items("/locks")) {
    text += row({text_of(one, "/time"),
                 text_of(one, "/event"),
                 text_of(one, "/target"),
                 text_of(one, "/token"),
                 text_of(one, "/text")});
  }
  text += "\n## Steps\n\n" + table({"step", "what", "began", "ended", "state", "why"});
  for (const Json& one : run.items("/steps")) {
    text += row({text_of(one, "/step"),
                 text_of(one, "/title"),
                 text_of(one, "/time"),
                 text_of(one, "/ended"),
                 text_of(one, "/state"),
                 text_of(one, "/why")});
  }
  text += "\n## Changes\n\n" + table({"time", "step", "change", "outcome", "Audit-IDs"});
  for (const Json& one : run.items("/changes")) {
    text += row({text_of(one, "/time"),
                 text_of(one, "/step"),
                 object_of(one),
                 outcome_of(one),
                 joined_ids(one)});
  }
  text += "\n## Checks\n\n" + table({"time", "kind", "check", "verdict", "what was found"});
  for (const Json& one : run.items("/checks")) {
    text += row({text_of(one, "/time"),
                 text_of(one, "/kind"),
                 text_of(one, "/title"),
                 text_of(one, "/verdict"),
                 text_of(one, "/summary")});
  }
  text += "\n## Undo\n\n" + table({"time", "step", "event", "outcome", "why"});
  for (const Json& one : run.items("/undo")) {
    text += row({text_of(one, "/time"),
                 text_of(one, "/step"),
                 text_of(one, "/event"),
                 text_of(one, "/outcome"),
                 text_of(one, "/why")});
  }
  text += "\n## Left behind\n\n";
  for (const Json& one : run.items("/left")) {
    text += "- " + base::markdown_text(text_of(one, "")) + "\n";
  }
  return text;
}

namespace {

/// RFC 4180. What a spreadsheet would take for a formula is made text.
std::string csv_row(Cells cells) {
  std::string text;
  bool first = true;
  for (const std::string& one : cells) {
    const bool formula =
        !one.empty() && std::string_view("=+-@").find(one.front()) != std::string_view::npos;
    text += first ? "\"" : ",\"";
    first = false;
    text += formula ? "'" : "";
    for (const char c : one) {
      text += c == '"' ? "\"\"" : std::string(1, c);
    }
    text += '"';
  }
  return text + "\r\n";
}

}  // namespace

std::string to_csv(const Json& run) {
  const std::string id = text_of(run, "/run");
  const std::string log = text_of(run, "/log/state");
  const std::string by = actor_of(run);
  const auto put = [&](const Json& at, const char* kind, const std::string& what, Cells rest) {
    const auto* more = rest.begin();
    return csv_row(
        {id, text_of(at, "/time"), kind, text_of(at, "/step"), what, more[0], more[1], more[2]});
  };
  std::string text =
      csv_row({"run", "time", "kind", "step", "what", "result", "details", "auditIds"});
  text += csv_row({id,
                   text_of(run, "/started"),
                   "start",
                   "",
                   text_of(run, "/runbook/name"),
                   by,
                   text_of(run, "/params"),
                   ""});
  for (const Json& one : run.items("/approvals")) {
    text += put(one, "approval", text_of(one, "/text"), {"", "", ""});
  }
  for (const Json& one : run.items("/resumes")) {
    text +=
        put(one, "resume", text_of(one, "/task"), {actor_of(one), text_of(one, "/takeOver"), ""});
  }
  for (const Json& one : run.items("/locks")) {
    text += put(
        one, "lock", text_of(one, "/target"), {text_of(one, "/event"), text_of(one, "/text"), ""});
  }
  for (const Json& one : run.items("/checks")) {
    text += put(one,
                "check",
                text_of(one, "/title"),
                {text_of(one, "/verdict"), text_of(one, "/summary"), ""});
  }
  for (const Json& one : run.items("/steps")) {
    text += put(one,
                "step",
                text_of(one, "/title"),
                {text_of(one, "/state"), "ended " + text_of(one, "/ended"), ""});
  }
  for (const Json& one : run.items("/changes")) {
    text += put(
        one, "change", object_of(one), {outcome_of(one), text_of(one, "/error"), joined_ids(one)});
  }
  for (const Json& one : run.items("/undo")) {
    text += put(
        one, "undo", text_of(one, "/event"), {text_of(one, "/outcome"), text_of(one, "/why"), ""});
  }
  text += csv_row({id,
                   text_of(run, "/ended"),
                   "end",
                   "",
                   text_of(run, "/result"),
                   text_of(run, "/summary"),
                   "log " + log + ", signed by " + signers_of(run.get("/log")),
                   ""});
  return text;
}

}  // namespace cfkops::cli
