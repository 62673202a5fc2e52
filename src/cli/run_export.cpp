#include "run_export.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::cli {
namespace {

nlohmann::json member(const Json& json, std::string_view pointer) {
  return json.get(pointer).raw();
}

/// What is written for a later undo, and is none.
bool is_bookkeeping(const std::string& event) {
  return event == "remember" || event == "forget";
}

/// Goes through the lines once and sorts them.
class Export {
 public:
  explicit Export(const CheckedLog& log) {
    for (const char* list :
         {"resumes", "approvals", "locks", "checks", "steps", "changes", "undo"}) {
      out_[list] = nlohmann::json::array();
    }
    out_["schemaVersion"] = 1;
    out_["log"] = to_json(log.report).raw();
    out_["run"] = log.report.run_id;
    for (const char* none : {"ended", "result", "summary", "plan", "rollbackPlan", "savedPlan"}) {
      out_[none] = nullptr;
    }
    out_["left"] = nlohmann::json::array();
    for (const audit::LogLine& line : log.lines) {
      take(line);
    }
  }

  [[nodiscard]] Json done() && { return Json(std::move(out_)); }

 private:
  void take(const audit::LogLine& line) {
    const std::string& phase = line.phase;
    if (phase == "start") {
      begin(line);
    } else if (phase == "resume") {
      add("resumes", line, {"task", "actor", "takeOver", "signedBefore"});
      rolls_back_ = rolls_back_ || line.data.string_or("/task", "") == "rollback";
    } else if (phase == "plan") {
      out_[rolls_back_ ? "rollbackPlan" : "plan"] = member(line.data, "/plan");
    } else if (phase == "note" && line.data.string_or("/kind", "") == "approval") {
      add("approvals", line, {"text"});
    } else if (phase == "note" && line.data.string_or("/kind", "") == "lock") {
      add("locks", line, {"event", "target", "token", "text"});
    } else if (phase == "check") {
      add("checks", line, {"kind", "id", "title", "verdict", "summary"});
    } else if (phase == "step") {
      step(line);
    } else if (phase == "intent") {
      add("changes",
          line,
          {"intent",
           "verb",
           "resource",
           "subresource",
           "namespace",
           "name",
           "uid",
           "resourceVersion",
           "auditId"});
      nlohmann::json& change = out_["changes"].back();
      change["status"] = 0;
      change["unknown"] = true;
      change["error"] = "";
      change["auditIds"] = nlohmann::json::array({change["auditId"]});
    } else if (phase == "effect") {
      effect(line);
    } else if (phase == "undo" && !is_bookkeeping(line.data.string_or("/event", ""))) {
      add("undo", line, {"event", "outcome", "why", "left", "error"});
    } else if (phase == "end") {
      out_["ended"] = line.time;
      for (const char* name : {"result", "summary", "left"}) {
        out_[name] = member(line.data, std::string("/") + name);
      }
      if (rolls_back_ && out_["result"] == "Succeeded") {
        out_["result"] = "RolledBack";
      }
    }
  }

  void begin(const audit::LogLine& line) {
    out_["started"] = line.time;
    for (const char* name :
         {"runbook", "params", "cluster", "namespace", "actor", "tool", "commandLine"}) {
      out_[name] = member(line.data, std::string("/") + name);
    }
    out_["savedPlan"] = member(line.data, "/savedPlan");
    for (const Json& approval : line.data.items("/savedPlan/approvals")) {
      out_["approvals"].push_back(
          {{"time", line.time},
           {"step", line.step},
           {"text",
            approval.string_or("/principal", "") + " signed the saved plan " +
                line.data.string_or("/savedPlan/sha256", "") + " with the key " +
                approval.string_or("/key", "") + ", for until " +
                approval.string_or("/expires", "")}});
    }
  }

  /// An entry with the line's time and step and these members of its data.
  void add(const char* list, const audit::LogLine& line, std::initializer_list<const char*> names) {
    nlohmann::json entry = {{"time", line.time}, {"step", line.step}};
    for (const char* name : names) {
      entry[name] = member(line.data, std::string("/") + name);
    }
    out_[list].push_back(std::move(entry));
  }

  void step(const audit::LogLine& line) {
    const std::string event = line.data.string_or("/event", "");
    nlohmann::json& steps = out_["steps"];
    const auto same = std::find_if(steps.rbegin(), steps.rend(), [&](const nlohmann::json& each) {
      return each["step"] == line.step && each["ended"].is_null();
    });
    if (event == "begin" && same == steps.rend()) {
      add("steps", line, {"title", "action"});
      steps.back()["ended"] = nullptr;
      steps.back()["state"] = "open";
      steps.back()["why"] = "";
    } else if (event == "end" && same != steps.rend()) {
      (*same)["ended"] = line.time;
      (*same)["state"] = member(line.data, "/state");
      (*same)["why"] = member(line.data, "/why");
    }
  }

  void effect(const audit::LogLine& line) {
    nlohmann::json& changes = out_["changes"];
    const nlohmann::json number = member(line.data, "/intent");
    const auto same =
        std::find_if(changes.rbegin(), changes.rend(), [&](const nlohmann::json& each) {
          return each["intent"] == number;
        });
    if (same != changes.rend()) {
      for (const char* name : {"status", "unknown", "error", "auditIds"}) {
        (*same)[name] = member(line.data, std::string("/") + name);
      }
    }
  }

  nlohmann::json out_;
  bool rolls_back_ = false;
};

}  // namespace

Json exported(const CheckedLog& log) {
  return Export(log).done();
}

}  // namespace cfkops::cli
