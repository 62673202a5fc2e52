#include "cfkops/runbook/keys.hpp"

#include "key_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace cfkops::runbook {

namespace {

constexpr std::array<KeySpec, 67> kKeys = {{
    {"runbook",
     "apiVersion",
     "cfkops/v1",
     true,
     "The version of this format.",
     "apiVersion: cfkops/v1"},
    {"runbook", "kind", "Runbook", true, "What the file is.", "kind: Runbook"},
    {"runbook",
     "name",
     "name",
     true,
     "What the runbook is called on the command line: lower-case letters, digits and hyphens.",
     "name: broker-restart"},
    {"runbook",
     "title",
     "text",
     true,
     "One line for people.",
     "title: Restart Kafka brokers one at a time"},
    {"runbook",
     "purpose",
     "text",
     true,
     "What it is for, when to use it, and why it does it this way.",
     "purpose: Restart brokers with no unavailable partition."},
    {"runbook", "owner", "text", true, "Who answers for the runbook.", "owner: team-streaming"},
    {"runbook", "risk", "low, medium or high", true, "How much may go wrong.", "risk: high"},
    {"runbook",
     "params",
     "map of params",
     false,
     "What a run may be told, by name. An expression reads `params.<name>`.",
     "params: {settle: {type: duration, default: 30s}}"},
    {"runbook",
     "prerequisites",
     "list of checks",
     false,
     "What must hold before anything is touched. All are asked, all answers are shown.",
     "prerequisites: [{check: kafka.replication}]"},
    {"runbook",
     "guard",
     "list of guards",
     false,
     "What must hold while steps run; a breach ends the run.",
     "guard: [{check: kafka.replication, every: 30s, for: 1m}]"},
    {"runbook",
     "locks",
     "list of texts with ${…}",
     false,
     "What no other run may work on meanwhile.",
     "locks: [\"kafka/${params.target.name}\"]"},
    {"runbook",
     "windows",
     "list of windows",
     false,
     "When a run may be going on, and when not.",
     "windows: [{kind: freeze, file: freezes.ics}]"},
    {"runbook",
     "steps",
     "list of steps",
     true,
     "What is done, in this order.",
     "steps: [{id: roll, do: kafka.roll}]"},
    {"runbook",
     "validation",
     "list of checks",
     false,
     "What must hold afterwards.",
     "validation: [{check: kafka.replication}]"},
    {"runbook",
     "rollback",
     "list of steps",
     false,
     "What is done after a failure, when the steps' own undo is through.",
     "rollback: [{id: tell, do: notify}]"},
    {"runbook",
     "settings",
     "map",
     false,
     "What holds for the whole run.",
     "settings: {timeout: 10m, run_timeout: 2h}"},

    {"param", "type", "type", true, "The type of the value.", "type: list<string>"},
    {"param",
     "values",
     "list of texts",
     false,
     "The names of `type: enum`.",
     "values: [brokers, controllers]"},
    {"param",
     "default",
     "value",
     false,
     "The value where none is given. Without it the parameter may be missing: expressions ask "
     "`has(params.<name>)`.",
     "default: 30s"},
    {"param",
     "required",
     "true or false",
     false,
     "Whether a run must give it; then it has no default.",
     "required: true"},
    {"param", "min", "value", false, "The least value of a number or duration.", "min: 10s"},
    {"param", "max", "value", false, "The greatest value of a number or duration.", "max: 10m"},
    {"param",
     "doc",
     "text",
     false,
     "What it means, for people.",
     "doc: How long to watch after each broker"},

    {"check",
     "check",
     "kind",
     true,
     "Which check: a name from `cfkops explain`, or `expr` for a condition written here.",
     "check: kafka.replication"},
    {"check", "id", "id", false, "Its name in `checks.<id>.<output>`.", "id: replication"},
    {"check",
     "title",
     "text",
     false,
     "One line for people.",
     "title: No partition is at its limit"},
    {"check",
     "when",
     "expression",
     false,
     "Asked only if this is true.",
     "when: has(params.target)"},
    {"check",
     "with",
     "map of arguments",
     false,
     "The arguments of the check.",
     "with: {hold: \"${params.settle}\"}"},
    {"check",
     "that",
     "expression",
     false,
     "Of `check: expr`: the condition.",
     "that: size(steps.roll.restarted) > 0"},
    {"check",
     "else",
     "text with ${…}",
     false,
     "Of `check: expr`: what to say when the condition is false.",
     "else: \"only ${steps.roll.restarted} restarted\""},

    {"guard", "every", "duration", false, "How often it is asked; 10s if not said.", "every: 30s"},
    {"guard",
     "for",
     "duration",
     false,
     "How long it must fail until it counts as breached, and pass to be well again; if not said, "
     "one answer is enough.",
     "for: 1m"},
    {"guard",
     "on_breach",
     "stop, rollback or ask",
     false,
     "What a breach does; stop if not said.",
     "on_breach: rollback"},

    {"window", "kind", "allow or freeze", true, "Which it is. A freeze wins.", "kind: allow"},
    {"window", "title", "text", false, "One line for people.", "title: End of the year"},
    {"window",
     "file",
     "path",
     false,
     "An iCalendar file with the windows, in place of the keys below.",
     "file: freezes.ics"},
    {"window",
     "start",
     "date and time",
     false,
     "When the first one opens.",
     "start: 2026-01-06T22:00"},
    {"window", "duration", "duration", false, "How long it is open.", "duration: 4h"},
    {"window",
     "rrule",
     "text",
     false,
     "How it recurs, as in iCalendar; once if not said.",
     "rrule: FREQ=WEEKLY;BYDAY=TU,TH"},
    {"window",
     "except",
     "list of dates and times",
     false,
     "Starts that are left out.",
     "except: [2026-12-24T22:00]"},
    {"window",
     "timezone",
     "time zone",
     false,
     "What `start` and `except` are local to; UTC if not said.",
     "timezone: Europe/Berlin"},

    {"step",
     "id",
     "id",
     true,
     "Its name in `steps.<id>.<output>`: lower-case letters, digits and `_`.",
     "id: roll"},
    {"step",
     "title",
     "text",
     false,
     "One line for people, in the imperative.",
     "title: Restart the brokers"},
    {"step",
     "do",
     "action",
     false,
     "Which action: a name from `cfkops explain`. A step has either `do`, `include` or `steps`.",
     "do: kafka.roll"},
    {"step",
     "include",
     "runbook",
     false,
     "Does the steps of another runbook, in place of `do`: its name, or a path from this file's "
     "folder.",
     "include: broker-restart"},
    {"step",
     "with",
     "map of arguments",
     false,
     "The arguments of the action, or the parameters of the included runbook.",
     "with: {roles: brokers}"},
    {"step",
     "when",
     "expression",
     false,
     "Done only if this is true; otherwise the step's outputs are missing.",
     "when: params.roles != 'controllers'"},
    {"step",
     "each",
     "map",
     false,
     "Repeats the step for each element of a list.",
     "each: {in: params.topics, as: topic}"},
    {"step",
     "timeout",
     "duration",
     false,
     "For all attempts of the step together; the action has a default.",
     "timeout: 20m"},
    {"step", "attempts", "map", false, "How often to try.", "attempts: {max: 10, every: 30s}"},
    {"step",
     "expect",
     "list of checks",
     false,
     "What must hold when the step is done. They may read its own outputs.",
     "expect: [{check: expr, that: steps.roll.left == 0}]"},
    {"step",
     "rollback",
     "map, or list of steps",
     false,
     "Overrides the undo of the action: says that there is none, or does these steps instead.",
     "rollback: {none: \"a restarted broker has nothing to undo\"}"},
    {"step",
     "confirm",
     "text with ${…}",
     false,
     "Asked of a person before the step; the plan shows it, and `--yes` answers it.",
     "confirm: \"Is the load moved away from ${params.target.name}?\""},
    {"step",
     "effect",
     "read, idempotent or once",
     false,
     "What repeating the step would do; never less than the action says.",
     "effect: once"},
    {"step",
     "on_failure",
     "rollback, stop, continue or ask",
     false,
     "What the run does when the step fails; rollback if not said.",
     "on_failure: continue"},
    {"step",
     "steps",
     "list of steps",
     false,
     "Makes the step a group, in place of `do`.",
     "steps: [{id: hold, do: cfk.block_reconcile}]"},

    {"attempts", "max", "int", true, "All attempts, the first included.", "max: 10"},
    {"attempts",
     "every",
     "duration",
     false,
     "The pause between two attempts; 10s if not said.",
     "every: 30s"},
    {"attempts",
     "backoff",
     "number",
     false,
     "What each pause is multiplied by; 1 if not said.",
     "backoff: 2"},
    {"attempts",
     "on",
     "list of not_yet, refused, unknown, failed",
     false,
     "Which outcomes are tried again; not_yet if not said.",
     "on: [not_yet, refused]"},

    {"each", "in", "expression", true, "The list.", "in: params.topics"},
    {"each", "as", "id", true, "The name of the element in expressions.", "as: topic"},
    {"each",
     "batch",
     "list of numbers or percentages",
     false,
     "How many elements go through the steps together, batch by batch; the last one again and "
     "again; one if not said.",
     "batch: [1, 10%, 100%]"},
    {"each",
     "max_failures",
     "number or percentage",
     false,
     "How many elements may fail before the step does; none if not said.",
     "max_failures: 10%"},

    {"rollback",
     "none",
     "text",
     true,
     "Why there is nothing to undo.",
     "none: a restarted broker has nothing to undo"},

    {"settings",
     "timeout",
     "duration",
     false,
     "Of each step that has no `timeout`, in place of its action's default.",
     "timeout: 10m"},
    {"settings",
     "run_timeout",
     "duration",
     false,
     "When the run has taken so long, no further step begins: the run fails.",
     "run_timeout: 2h"},
}};

constexpr std::array<KeyPlace, 10> kPlaces = {{
    {"runbook", "the keys of a runbook file"},
    {"param", "the keys of one parameter, an entry of `params`"},
    {"check",
     "the keys of a check, an entry of `prerequisites`, `validation` or a step's `expect`"},
    {"guard", "the keys of a guard, an entry of `guard`: those of a check, and", "check"},
    {"window", "the keys of a window, an entry of `windows`"},
    {"step", "the keys of a step, an entry of `steps` or `rollback`"},
    {"attempts", "the keys of a step's `attempts`"},
    {"each", "the keys of a step's `each`"},
    {"rollback", "the keys of a step's `rollback`"},
    {"settings", "the keys of `settings`"},
}};

/// A key that is called otherwise elsewhere, and means the same.
struct RenamedKey {
  std::string_view where;
  std::string_view key;
  std::string_view here;
};

constexpr std::array<RenamedKey, 26> kRenamedKeys = {{
    {"runbook", "description", "purpose"},
    {"runbook", "guards", "guard"},
    {"runbook", "needs", "prerequisites"},
    {"runbook", "parameters", "params"},
    {"runbook", "preconditions", "prerequisites"},
    {"runbook", "tasks", "steps"},
    {"runbook", "undo", "rollback"},
    {"runbook", "validate", "validation"},
    {"param", "description", "doc"},
    {"param", "enum", "values"},
    {"param", "fallback", "default"},
    {"param", "maximum", "max"},
    {"param", "minimum", "min"},
    {"check", "args", "with"},
    {"check", "if", "when"},
    {"check", "message", "else"},
    {"step", "action", "do"},
    {"step", "args", "with"},
    {"step", "if", "when"},
    {"step", "name", "title"},
    {"step", "on_fail", "on_failure"},
    {"step", "undo", "rollback"},
    {"attempts", "interval", "every"},
    {"each", "items", "in"},
    {"each", "max_errors", "max_failures"},
    {"each", "serial", "batch"},
}};

/// The place that lends its keys to `where`, or "".
std::string_view base_of(std::string_view where) {
  const KeyPlace* place = find_place(where);
  return place == nullptr ? std::string_view() : place->base;
}

}  // namespace

std::span<const KeySpec> all_keys() {
  return kKeys;
}

std::span<const KeyPlace> all_places() {
  return kPlaces;
}

const KeyPlace* find_place(std::string_view where) {
  const auto* const place = std::ranges::find(kPlaces, where, &KeyPlace::where);
  return place == kPlaces.end() ? nullptr : place;
}

std::string_view place_below(const KeySpec& key) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPlaceOfType = {{
      {"map of params", "param"},
      {"list of checks", "check"},
      {"list of guards", "guard"},
      {"list of windows", "window"},
      {"list of steps", "step"},
      {"map, or list of steps", "rollback"},
  }};
  const auto* const found = std::ranges::find(
      kPlaceOfType, key.type, &std::pair<std::string_view, std::string_view>::first);
  if (found != kPlaceOfType.end()) {
    return found->second;
  }
  return key.type == "map" ? key.key : std::string_view();
}

bool stands_in(const KeySpec& key, std::string_view where) {
  return key.where == where || key.where == base_of(where);
}

const KeySpec* find_key(std::string_view where, std::string_view key) {
  const auto* const found = std::find_if(kKeys.begin(), kKeys.end(), [&](const KeySpec& spec) {
    return spec.key == key && stands_in(spec, where);
  });
  return found == kKeys.end() ? nullptr : found;
}

std::vector<const KeySpec*> keys_in(std::string_view where) {
  std::vector<const KeySpec*> keys;
  for (const KeySpec& key : kKeys) {
    if (stands_in(key, where)) {
      keys.push_back(&key);
    }
  }
  return keys;
}

std::vector<std::string> key_names(std::string_view where) {
  std::vector<std::string> names;
  for (const KeySpec* key : keys_in(where)) {
    names.emplace_back(key->key);
  }
  return names;
}

std::string_view renamed_key(std::string_view where, std::string_view key) {
  const auto* const found =
      std::find_if(kRenamedKeys.begin(), kRenamedKeys.end(), [&](const RenamedKey& renamed) {
        return renamed.key == key && (renamed.where == where || renamed.where == base_of(where));
      });
  return found == kRenamedKeys.end() ? std::string_view() : found->here;
}

}  // namespace cfkops::runbook
