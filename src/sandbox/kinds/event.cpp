#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kLongestWord = 128;
constexpr std::size_t kLongestNote = 1024;

struct Renamed {
  const char* core;
  const char* later;
};

// What the group events.k8s.io calls otherwise.
constexpr std::array<Renamed, 7> kRenamed = {{{"involvedObject", "regarding"},
                                              {"message", "note"},
                                              {"source", "deprecatedSource"},
                                              {"firstTimestamp", "deprecatedFirstTimestamp"},
                                              {"lastTimestamp", "deprecatedLastTimestamp"},
                                              {"count", "deprecatedCount"},
                                              {"reportingComponent", "reportingController"}}};

void rename(Value& object, const char* from, const char* to) {
  const auto found = object.find(from);
  if (found != object.end()) {
    Value value = std::move(*found);
    object.erase(found);
    object[to] = std::move(value);
  }
}

void make_core(Value& event) {
  for (const Renamed& names : kRenamed) {
    rename(event, names.later, names.core);
  }
}

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return text;
}

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string::npos ? std::string()
                                    : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string first_of(std::string one, std::string other) {
  return one.empty() ? std::move(other) : std::move(one);
}

std::string source_text(const Value& event) {
  const std::string component =
      first_of(text_at(event, {"source", "component"}), text_at(event, {"reportingComponent"}));
  const std::string host =
      first_of(text_at(event, {"source", "host"}), text_at(event, {"reportingInstance"}));
  return host.empty() ? component : fmt::format("{}, {}", component, host);
}

// A word that must be there and not be too long.
void check_word(const Value& event, const char* name, FieldErrors& errors) {
  const std::string word = text_at(event, {name});
  if (word.empty()) {
    errors.required(name);
  } else if (word.size() > kLongestWord) {
    errors.invalid(name, Value(""), fmt::format("can have at most {} characters", kLongestWord));
  }
}

// Events that name their own time are of the newer form.
void check_new_form(const Value& event, const char* reporter, FieldErrors& errors) {
  const std::string ns = namespace_of(event);
  const std::string about = text_at(event, {"involvedObject", "namespace"});
  if (about.empty() && ns != "default" && ns != "kube-system") {
    errors.invalid("involvedObject.namespace", Value(about), "does not match event.namespace");
  }
  const std::string controller = text_at(event, {"reportingComponent"});
  if (controller.empty()) {
    errors.required(reporter);
  }
  validate_qualified_name(controller, reporter, errors);
  for (const char* name : {"reportingInstance", "action", "reason"}) {
    check_word(event, name, errors);
  }
  if (text_at(event, {"message"}).size() > kLongestNote) {
    errors.invalid(
        "message", Value(""), fmt::format("can have at most {} characters", kLongestNote));
  }
}

void check_old_form(const Value& event, FieldErrors& errors) {
  const std::string ns = namespace_of(event);
  const std::string about = text_at(event, {"involvedObject", "namespace"});
  const bool fits = about.empty() ? ns.empty() || ns == "default" : ns == about;
  if (!fits) {
    errors.invalid("involvedObject.namespace", Value(about), "does not match event.namespace");
  }
}

void check_series(const Value& event, FieldErrors& errors) {
  const Value* series = find(event, {"series"});
  if (series == nullptr) {
    return;
  }
  if (number_at(*series, {"count"}) < 2) {
    errors.invalid("series.count", Value(""), "should be at least 2");
  }
  if (find(*series, {"lastObservedTime"}) == nullptr) {
    errors.required("series.lastObservedTime");
  }
}

void check_unset(const Value& event, FieldErrors& errors) {
  const auto unset = [&errors](const char* name, bool is_set) {
    if (is_set) {
      errors.invalid(name, Value(""), "needs to be unset");
    }
  };
  unset("firstTimestamp", find(event, {"firstTimestamp"}) != nullptr);
  unset("lastTimestamp", find(event, {"lastTimestamp"}) != nullptr);
  unset("count", number_at(event, {"count"}) != 0);
  unset("source",
        !text_at(event, {"source", "component"}).empty() ||
            !text_at(event, {"source", "host"}).empty());
}

/// An event in the core group, in whose form both are stored, or in events.k8s.io.
class EventKind final : public Kind {
 public:
  enum class Group { Core, Events };

  explicit EventKind(Group group)
      : Kind(common_names({group == Group::Core ? "" : "events.k8s.io", "v1", "events", "Event"},
                          {"ev"})),
        group_(group) {}

  [[nodiscard]] std::string bucket() const override { return "events"; }

  [[nodiscard]] bool is_storage_version() const override { return is_core(); }

  [[nodiscard]] std::string refusal_group() const override { return {}; }

  [[nodiscard]] bool upserts() const override { return true; }

  [[nodiscard]] Value to_storage(Value object) const override {
    Value stored = Kind::to_storage(std::move(object));
    if (!is_core()) {
      make_core(stored);
      stored["apiVersion"] = "v1";
      set_default(stored, {"reportingComponent"}, "");
      set_default(stored, {"reportingInstance"}, "");
    }
    return stored;
  }

  [[nodiscard]] Value from_storage(const Shared& stored) const override {
    Value object = Kind::from_storage(stored);
    if (!is_core()) {
      for (const Renamed& names : kRenamed) {
        rename(object, names.core, names.later);
      }
      drop_empty(object, {"reportingController", "reportingInstance"});
    }
    return object;
  }

  void set_defaults(Value& object) const override {
    if (const Schema* shape = schema(); shape != nullptr) {
      normalize(*shape, object);
    }
  }

  void validate_name(std::string_view name, FieldErrors& errors) const override {
    if (is_core()) {
      validate_path_segment(name, "metadata.name", errors);
    } else {
      Kind::validate_name(name, errors);
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value event = core_form(object);
    check_either(event, errors);
    if (is_core()) {
      return;
    }
    check_series(event, errors);
    if (find(event, {"eventTime"}) == nullptr) {
      errors.required("eventTime");
    }
    const std::string type = text_at(event, {"type"});
    if (type != "Normal" && type != "Warning") {
      errors.invalid("type", Value(""), "has invalid value: " + type);
    }
    check_unset(event, errors);
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    const Value event = core_form(fresh);
    check_either(event, errors);
    if (is_core()) {
      return;
    }
    const Value before = core_form(old);
    if (!alike(find(event, {"series"}), find(before, {"series"}))) {
      check_series(event, errors);
    }
    for (const char* name : {"involvedObject",
                             "reason",
                             "message",
                             "source",
                             "firstTimestamp",
                             "lastTimestamp",
                             "count",
                             "type",
                             "eventTime",
                             "action",
                             "related",
                             "reportingInstance"}) {
      check_immutable(find(event, {name}), find(before, {name}), name, errors);
    }
    check_immutable(find(event, {"reportingComponent"}),
                    find(before, {"reportingComponent"}),
                    "reportingController",
                    errors);
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override {
    const std::string about = is_core() ? "involvedObject." : "regarding.";
    std::vector<std::string> names;
    names.reserve(std::size(kReference) + 4);
    for (const char* name : kReference) {
      names.push_back(about + name);
    }
    names.emplace_back("reason");
    names.emplace_back(is_core() ? "reportingComponent" : "reportingController");
    if (is_core()) {
      names.emplace_back("source");
    }
    names.emplace_back("type");
    return names;
  }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    const Value event = core_form(object);
    const std::string about = is_core() ? "involvedObject." : "regarding.";
    std::map<std::string, std::string> fields;
    for (const char* name : kReference) {
      fields[about + name] = text_at(event, {"involvedObject", name});
    }
    const std::string reporter = text_at(event, {"reportingComponent"});
    fields["reason"] = text_at(event, {"reason"});
    fields["type"] = text_at(event, {"type"});
    if (is_core()) {
      fields["reportingComponent"] = reporter;
      fields["source"] = first_of(text_at(event, {"source", "component"}), reporter);
    } else {
      fields["reportingController"] = reporter;
    }
    return fields;
  }

  [[nodiscard]] std::vector<Column> columns() const override;
  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override;

 private:
  static constexpr std::array<const char*, 7> kReference = {
      "kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"};

  [[nodiscard]] bool is_core() const { return group_ == Group::Core; }

  [[nodiscard]] Value core_form(const Value& object) const {
    Value event = object;
    if (!is_core()) {
      make_core(event);
    }
    return event;
  }

  void check_either(const Value& event, FieldErrors& errors) const {
    if (find(event, {"eventTime"}) == nullptr) {
      check_old_form(event, errors);
    } else {
      check_new_form(event, is_core() ? "reportingComponent" : "reportingController", errors);
    }
  }

  Group group_;
};

std::vector<Column> EventKind::columns() const {
  Column name = name_column();
  name.priority = 1;
  return {
      column("Last Seen",
             "string",
             "The time at which the most recent occurrence of this event was recorded."),
      column("Type",
             "string",
             "Type of this event (Normal, Warning), new types could be added in the future"),
      column("Reason",
             "string",
             "This should be a short, machine understandable string that gives the reason for "
             "the transition into the object's current status."),
      column("Object", "string", "The object that this event is about."),
      column("Subobject",
             "string",
             "If referring to a piece of an object instead of an entire object, this string "
             "should contain a valid JSON/Go field access statement, such as "
             "desiredState.manifest.containers[2]. For example, if the object reference is to "
             "a container within a pod, this would take on a value like: "
             "\"spec.containers{name}\" (where \"name\" refers to the name of the container "
             "that triggered the event) or if no container name is specified "
             "\"spec.containers[2]\" (container with index 2 in this pod). This syntax is "
             "chosen only to have some well-defined way of referencing a part of an object.",
             1),
      column("Source",
             "string",
             "The component reporting this event. Should be a short machine understandable "
             "string.",
             1),
      column("Message", "string", "A human-readable description of the status of this operation."),
      column("First Seen",
             "string",
             "The time at which the event was first recorded. (Time of server receipt is in "
             "TypeMeta.)",
             1),
      column("Count", "string", "The number of times this event has occurred.", 1),
      name};
}

std::vector<Value> EventKind::cells(const Value& object, WallTime now) const {
  const Value event = core_form(object);
  const bool timed = find(event, {"firstTimestamp"}) != nullptr;
  const std::string first = age_cell(event, {timed ? "firstTimestamp" : "eventTime"}, now);
  std::string last =
      find(event, {"lastTimestamp"}) == nullptr ? first : age_cell(event, {"lastTimestamp"}, now);
  std::int64_t count = number_at(event, {"count"});
  if (find(event, {"series"}) != nullptr) {
    last = age_cell(event, {"series", "lastObservedTime"}, now);
    count = number_at(event, {"series", "count"});
  } else if (count == 0) {
    count = 1;
  }
  std::string target = lowered(text_at(event, {"involvedObject", "kind"}));
  const std::string name = text_at(event, {"involvedObject", "name"});
  if (!name.empty()) {
    target += "/" + name;
  }
  return {last,
          text_at(event, {"type"}),
          text_at(event, {"reason"}),
          target,
          text_at(event, {"involvedObject", "fieldPath"}),
          source_text(event),
          trimmed(text_at(event, {"message"})),
          first,
          count,
          name_of(event)};
}

}  // namespace

void add_event_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<EventKind>(EventKind::Group::Core));
  kinds.push_back(std::make_unique<EventKind>(EventKind::Group::Events));
}

}  // namespace cfkops::sandbox
