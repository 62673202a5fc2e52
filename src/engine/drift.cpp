#include "cfkops/engine/drift.hpp"

#include "own_changes.hpp"
#include "planner.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace cfkops::engine {
namespace {

using nlohmann::json;

constexpr const char* kNone = "none";
constexpr std::size_t kInMessage = 5;

std::string value_text(const PinnedField* field) {
  if (field == nullptr) {
    return kNone;
  }
  return field->value ? field->value->dump() : "a value that is not shown";
}

/// A planned change in words: "evict pod confluent/kafka-2 (uid 1f…)".
std::string change_text(const Json& change) {
  const std::string uid = change.string_or("/uid", "");
  return change.string_or("/verb", "") + " " + change.string_or("/object", "") +
         (uid.empty() ? "" : " (uid " + uid + ")");
}

/// What a change would write. A line "~ waits: …" tells of the moment and not of the change.
std::vector<std::string> written(const Json& change) {
  std::vector<std::string> lines;
  for (const Json& item : change.items("/diff")) {
    std::string line = item.string_or("", "");
    if (!line.starts_with("~ ") || line.starts_with("~ /")) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

/// The changes of a step, in an order that counts.
std::vector<Json> changes_of(const Json& step) {
  std::vector<Json> changes = step.items("/changes");
  if (step.bool_or("/orderedByState", false)) {
    std::stable_sort(changes.begin(), changes.end(), [](const Json& a, const Json& b) {
      return change_text(a) < change_text(b);
    });
  }
  return changes;
}

std::vector<std::string> texts_of(const std::vector<Json>& changes) {
  std::vector<std::string> all;
  all.reserve(changes.size());
  for (const Json& change : changes) {
    all.push_back(change_text(change));
  }
  return all;
}

std::vector<std::string> without(const std::vector<std::string>& all,
                                 const std::vector<std::string>& other) {
  std::vector<std::string> rest;
  for (const std::string& one : all) {
    if (std::find(other.begin(), other.end(), one) == other.end()) {
      rest.push_back(one);
    }
  }
  return rest;
}

void compare_changes(const Json& before, const Json& now, std::vector<std::string>& differences) {
  const std::string step = "step '" + before.string_or("/id", "") + "' ";
  const std::vector<Json> changes_before = changes_of(before);
  const std::vector<Json> changes_now = changes_of(now);
  const std::vector<std::string> were = texts_of(changes_before);
  const std::vector<std::string> are = texts_of(changes_now);
  if (were != are) {
    const std::vector<std::string> gone = without(were, are);
    const std::vector<std::string> added = without(are, were);
    if (!gone.empty()) {
      differences.push_back(step + "would no longer " + base::enumerate(gone));
    }
    if (!added.empty()) {
      differences.push_back(step + "would now " + base::enumerate(added) +
                            ", which was not planned");
    }
    if (gone.empty() && added.empty()) {
      differences.push_back(step + "would go in another order: planned " +
                            base::enumerate(were, were.size()) + "; now " +
                            base::enumerate(are, are.size()));
    }
    return;
  }
  for (std::size_t i = 0; i < changes_before.size(); ++i) {
    const std::vector<std::string> planned = written(changes_before[i]);
    const std::vector<std::string> current = written(changes_now[i]);
    if (planned != current) {
      differences.push_back(step + "would " + were[i] + " otherwise: planned " +
                            base::join(planned, ", ") + "; now " + base::join(current, ", "));
    }
  }
}

void compare_step(const Json& before, const Json& now, std::vector<std::string>& differences) {
  const std::string step = "step '" + before.string_or("/id", "") + "' ";
  const auto is_skipped = [](const Json& one) { return !one.string_or("/skipped", "").empty(); };
  const auto is_unknown = [](const Json& one) { return !one.string_or("/unknown", "").empty(); };
  if (is_skipped(before) != is_skipped(now)) {
    differences.push_back(step + (is_skipped(now) ? "would be skipped now, and was planned"
                                                  : "was to be skipped, and would be taken now"));
  } else if (is_unknown(before) != is_unknown(now)) {
    differences.push_back(
        step + (is_unknown(now) ? "cannot be planned any more: " + now.string_or("/unknown", "")
                                : "could not be planned then, and can now"));
  } else {
    compare_changes(before, now, differences);
  }
}

std::vector<std::string> step_names(const std::vector<Json>& steps) {
  std::vector<std::string> names;
  names.reserve(steps.size());
  for (const Json& step : steps) {
    names.push_back(step.string_or("/id", "") + " (" + step.string_or("/action", "") + ")");
  }
  return names;
}

void compare_steps(const Json& before, const Json& now, std::vector<std::string>& differences) {
  for (const auto& [name, value] : before.members("/params")) {
    const Json current = now.get("/params/" + base::pointer_token(name));
    if (!(current == value)) {
      differences.push_back("parameter '" + name + "' was " + value.dump() + " and is now " +
                            current.dump());
    }
  }
  const std::vector<Json> were = before.items("/steps");
  const std::vector<Json> are = now.items("/steps");
  if (step_names(were) != step_names(are)) {
    differences.push_back("other steps: planned " + base::enumerate(step_names(were), were.size()) +
                          "; now " + base::enumerate(step_names(are), are.size()));
    return;
  }
  for (std::size_t i = 0; i < were.size(); ++i) {
    compare_step(were[i], are[i], differences);
  }
}

/// The step of that id in a plan's JSON; null where there is none.
Json step_of(const std::vector<Json>& steps, const std::string& id) {
  const auto found = std::ranges::find_if(
      steps, [&id](const Json& step) { return step.string_or("/id", "") == id; });
  return found == steps.end() ? Json() : *found;
}

/// What a step would do to objects that the run has changed already differs by itself.
bool follows_own_changes(const Json& before, const Json& now, const OwnChanges& own) {
  const auto touched = [&own](const Json& change) { return own.touched_by(change); };
  return std::ranges::any_of(before.items("/changes"), touched) ||
         std::ranges::any_of(now.items("/changes"), touched);
}

/// Compares the steps that were not begun. What could not be planned then is no part of the plan.
void compare_rest(const Json& before,
                  const Json& now,
                  const RecoveredRun& begun,
                  const OwnChanges& own,
                  std::vector<std::string>& differences) {
  const std::vector<Json> are = now.items("/steps");
  for (const Json& step : before.items("/steps")) {
    const std::string id = step.string_or("/id", "");
    if (begun.step(id) != nullptr || !step.string_or("/unknown", "").empty()) {
      continue;
    }
    const Json current = step_of(are, id);
    if (current.string_or("/skipped", "").starts_with(kPassedOver)) {
      continue;  // it belongs to what failed
    }
    if (current.is_null()) {
      differences.push_back("step '" + id + "' is no longer among what would be done");
    } else if (!follows_own_changes(step, current, own)) {
      compare_step(step, current, differences);
    }
  }
}

/// One is the other, or lies below it.
bool overlap(std::string_view a, std::string_view b) {
  const std::string_view small = a.size() < b.size() ? a : b;
  const std::string_view large = a.size() < b.size() ? b : a;
  return large.starts_with(small) && (large.size() == small.size() || large[small.size()] == '/');
}

/// What one line of a difference makes of a field; nothing where it is about another one.
std::optional<std::string> value_written(const std::string& line, std::string_view field) {
  const std::size_t end = line.find(": ");
  if (line.size() < 3 || end == std::string::npos || line[2] != '/' ||
      !overlap(std::string_view(line).substr(2, end - 2), field)) {
    return std::nullopt;
  }
  const std::size_t arrow = line.rfind(" -> ");
  return line.front() == '-'          ? std::string(kNone)
         : arrow == std::string::npos ? line.substr(end + 2)
                                      : line.substr(arrow + 4);
}

std::optional<std::string> value_in(const Json& change, std::string_view field) {
  for (const std::string& line : written(change)) {
    if (auto value = value_written(line, field)) {
      return value;
    }
  }
  return std::nullopt;
}

/// What the plan would make of a field, or "".
std::string planned_value(const Json& plan, const Pin& pin, std::string_view field) {
  for (const Json& step : plan.items("/steps")) {
    for (const Json& change : step.items("/changes")) {
      const bool same = change.string_or("/uid", "") == pin.uid;
      if (auto value = same ? value_in(change, field) : std::nullopt) {
        return *std::move(value);
      }
    }
  }
  return {};
}

void compare_fields(const Json& plan, const Pin& before, const Pin& now, Drift& drift) {
  if (before.uid != now.uid) {
    drift.fields.push_back({.object = before.text(),
                            .field = "/metadata/uid",
                            .planned_from = before.uid,
                            .now = now.uid + ", another object of the same name",
                            .would_change_to = ""});
    return;
  }
  const auto note = [&](const std::string& path, const PinnedField* was, const PinnedField* is) {
    drift.fields.push_back({.object = before.text(),
                            .field = path,
                            .planned_from = value_text(was),
                            .now = value_text(is),
                            .would_change_to = planned_value(plan, before, path)});
  };
  for (const auto& [path, field] : before.fields) {
    const auto found = now.fields.find(path);
    if (found == now.fields.end()) {
      note(path, &field, nullptr);
    } else if (!(found->second == field)) {
      note(path, &field, &found->second);
    }
  }
  for (const auto& [path, field] : now.fields) {
    if (!before.fields.contains(path)) {
      note(path, nullptr, &field);
    }
  }
}

std::string key_of(const Pin& pin) {
  return pin.resource.full_name() + " " + pin.ns + "/" + pin.name;
}

DriftedField presence(const Pin& pin, std::string before, std::string now) {
  return {.object = pin.text(),
          .field = "",
          .planned_from = std::move(before),
          .now = std::move(now),
          .would_change_to = ""};
}

/// Those of which new ones come by themselves: what the plan would do to them, it names.
bool may_appear(const Pin& pin) {
  return pin.kind == "Pod" || pin.kind == "Node";
}

}  // namespace

std::string DriftedField::text() const {
  std::string text = object + (field.empty() ? "" : " " + field) + ": planned from " +
                     planned_from + ", now " + now;
  if (!would_change_to.empty()) {
    text += "; the plan would change it to " + would_change_to;
  }
  return text;
}

std::vector<std::string> Drift::lines() const {
  std::vector<std::string> all;
  for (const DriftedField& field : fields) {
    all.push_back(field.text());
  }
  all.insert(all.end(), steps.begin(), steps.end());
  return all;
}

Error Drift::error() const {
  const std::vector<std::string> all = lines();
  return make_error(ErrorCode::Refused,
                    "since the plan was made " +
                        base::counted(static_cast<long long>(all.size()), "thing") +
                        " changed: " + base::enumerate(all, kInMessage),
                    "make a new plan, have it approved anew where that is asked for, and run that");
}

Json Drift::to_json() const {
  json list = json::array();
  for (const DriftedField& field : fields) {
    list.push_back({{"object", field.object},
                    {"field", field.field},
                    {"plannedFrom", field.planned_from},
                    {"now", field.now},
                    {"wouldChangeTo", field.would_change_to}});
  }
  return Json(json{{"fields", std::move(list)}, {"steps", steps}});
}

DriftWatch::DriftWatch(const RunRequest& request, kube::Reader& reader, const BegunPart* begun)
    : request_(request),
      reader_(reader),
      begun_(begun) {
  if (request_.saved != nullptr) {
    reader_.set_read_listener(&reads_);
  }
}

DriftWatch::~DriftWatch() {
  if (request_.saved != nullptr) {
    reader_.set_read_listener(nullptr);
  }
}

Result<Drift> DriftWatch::drift(const Plan* plan) {
  Drift drift;
  if (request_.saved == nullptr) {
    return drift;
  }
  reader_.set_read_listener(nullptr);
  const Json now = plan == nullptr ? Json() : plan->to_json();
  CFKOPS_TRY(compare_cluster(drift));
  const OwnChanges own(begun_ == nullptr ? std::vector<SentMutation>() : begun_->sent,
                       request_.saved->pins);
  CFKOPS_TRY(compare_pins(now, own, drift));
  if (plan == nullptr) {
    return drift;
  }
  if (begun_ == nullptr) {
    compare_steps(request_.saved->plan, now, drift.steps);
  } else {
    compare_rest(request_.saved->plan, now, begun_->run, own, drift.steps);
  }
  return drift;
}

Status DriftWatch::compare_cluster(Drift& drift) {
  const SavedPlan& saved = *request_.saved;
  CFKOPS_ASSIGN(const std::string uid, cluster_uid(reader_));
  // By name alone a cluster is known only where neither time its uid could be read.
  const bool same = saved.cluster_uid.empty() && uid.empty() ? saved.server == reader_.server()
                                                             : saved.cluster_uid == uid;
  if (!same) {
    const auto words = [](const std::string& server, const std::string& known) {
      return server + (known.empty() ? " (uid unknown)" : " (uid " + known + ")");
    };
    drift.fields.push_back({.object = "the cluster",
                            .field = "",
                            .planned_from = words(saved.server, saved.cluster_uid),
                            .now = words(reader_.server(), uid),
                            .would_change_to = ""});
  }
  return {};
}

Result<std::optional<Pin>> DriftWatch::read_again(const Pin& pin) {
  const auto object = reader_.get(pin.resource, pin.ns, pin.name);
  if (object) {
    return pin_of(pin.resource, *object, request_.saved->salt);
  }
  switch (object.error().code) {
    case ErrorCode::NotFound:
      return std::optional<Pin>();
    case ErrorCode::Cancelled:
      return object.error();
    default:
      return make_error(
          ErrorCode::Unknown,
          "whether " + pin.text() + " is as planned cannot be told: " + object.error().text(),
          object.error().hint);
  }
}

Status DriftWatch::compare_pin(const Pin& pin, std::optional<Pin> read, Drift& drift) {
  if (!read || !read->compared) {
    CFKOPS_ASSIGN(read, read_again(pin));
  }
  if (read) {
    compare_fields(request_.saved->plan, pin, *read, drift);
  } else {
    drift.fields.push_back(presence(pin, "uid " + pin.uid, kNone));
  }
  return {};
}

Status DriftWatch::compare_pins(const Json& plan, const OwnChanges& own, Drift& drift) {
  const SavedPlan& saved = *request_.saved;
  std::map<std::string, Pin> now;
  for (Pin& pin : reads_.pins(saved.salt, plan)) {
    now.emplace(key_of(pin), std::move(pin));
  }
  for (const Pin& pin : saved.pins) {
    auto read = now.extract(key_of(pin));
    if (!pin.compared || own.has(pin)) {
      continue;
    }
    auto is = read.empty() ? std::nullopt : std::optional(std::move(read.mapped()));
    CFKOPS_TRY(compare_pin(pin, std::move(is), drift));
  }
  if (begun_ != nullptr) {
    return {};
  }
  for (const auto& [key, pin] : now) {
    if (!may_appear(pin)) {
      drift.fields.push_back(presence(pin, kNone, "uid " + pin.uid));
    }
  }
  return {};
}

}  // namespace cfkops::engine
