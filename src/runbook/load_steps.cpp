#include "load_parts.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"
#include "cfkops/runbook/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <system_error>
#include <utility>

namespace cfkops::runbook {

namespace {

constexpr int kMaxAttempts = 10000;
constexpr int kAllPercent = 100;
constexpr int kMostElements = 1'000'000;

/// The names every expression knows; an element of `each` may not hide them.
constexpr std::array<std::string_view, 4> kRoots = {"params", "steps", "checks", "run"};

/// Keys that a group cannot have, since its steps have them.
constexpr std::array<std::string_view, 9> kNotOfGroups = {
    "do", "include", "with", "timeout", "attempts", "expect", "rollback", "confirm", "effect"};

/// Keys that a step which includes a runbook cannot have, since the steps of that one have them.
constexpr std::array<std::string_view, 8> kNotOfIncludes = {
    "do", "timeout", "attempts", "expect", "rollback", "confirm", "effect", "steps"};

Attempts load_attempts(Form& form, const YamlNode* node) {
  Attempts attempts;
  if (node == nullptr || !form.check_keys(*node, "attempts", "'attempts'")) {
    return attempts;
  }
  const YamlNode* max = Form::member(*node, "max");
  const auto number = form.number(max, "'max'", 1, kMaxAttempts);
  attempts.max = static_cast<int>(number.value_or(1));
  if (number && *number != attempts.max) {
    form.report(kWrongType, *max, "'max' must be a whole number");
  }
  attempts.every =
      form.duration(Form::member(*node, "every"), "'every'").value_or(std::chrono::seconds(10));
  attempts.backoff = form.number(Form::member(*node, "backoff"), "'backoff'", 1, 10).value_or(1);
  const std::vector<std::string> outcomes = {"not_yet", "refused", "unknown", "failed"};
  for (const YamlNode* item : form.items(Form::member(*node, "on"), "'on'")) {
    attempts.on.push_back(form.word(item, "an entry of 'on'", outcomes));
  }
  return attempts;
}

/// "3" or "10%", at least `least` of it; nothing after a finding.
std::optional<Share> load_share(Form& form,
                                const YamlNode* node,
                                std::string_view what,
                                int least) {
  if (node == nullptr) {
    return std::nullopt;
  }
  const bool percent = node->is_scalar() && node->scalar.ends_with('%');
  std::string_view digits = node->is_scalar() ? std::string_view(node->scalar) : "";
  digits.remove_suffix(percent ? 1 : 0);
  int number = -1;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = failed == std::errc() && end == digits.data() + digits.size();
  if (whole && number >= least && number <= (percent ? kAllPercent : kMostElements)) {
    return Share{.number = number, .percent = percent};
  }
  form.report(
      kWrongType,
      *node,
      fmt::format(
          "{} must be a number of elements from {}, or a percentage up to 100%", what, least),
      "write 3, or 10%");
  return std::nullopt;
}

std::optional<Each> load_each(Form& form, const YamlNode* node) {
  if (node == nullptr || !form.check_keys(*node, "each", "'each'")) {
    return std::nullopt;
  }
  Each each;
  each.pos = node->pos;
  each.in = form.expression(Form::member(*node, "in"), "'in'");
  const YamlNode* as = Form::member(*node, "as");
  each.as = form.id(as, "'as'");
  for (const std::string_view root : kRoots) {
    if (each.as == root) {
      form.report(kBadId,
                  *as,
                  fmt::format("'{}' is the name of something else already", root),
                  "choose another name");
    }
  }
  for (const YamlNode* item : form.items(Form::member(*node, "batch"), "'batch'")) {
    each.batch.push_back(load_share(form, item, "an entry of 'batch'", 1).value_or(Share()));
  }
  each.max_failures =
      load_share(form, Form::member(*node, "max_failures"), "'max_failures'", 0).value_or(Share());
  return each;
}

std::optional<OnFailure> load_on_failure(Form& form, const YamlNode* node) {
  const std::vector<std::string> words = {"rollback", "stop", "continue", "ask"};
  const std::string word = form.word(node, "'on_failure'", words);
  for (const OnFailure action :
       {OnFailure::Rollback, OnFailure::Stop, OnFailure::Continue, OnFailure::Ask}) {
    if (word == to_string(action)) {
      return action;
    }
  }
  return std::nullopt;
}

std::optional<Effect> load_effect(Form& form, const YamlNode* node) {
  const std::vector<std::string> words = {"read", "idempotent", "once"};
  const std::string word = form.word(node, "'effect'", words);
  for (const Effect effect : {Effect::Read, Effect::Idempotent, Effect::Once}) {
    if (word == to_string(effect)) {
      return effect;
    }
  }
  return std::nullopt;
}

/// Reads one step or group.
class StepLoader {
 public:
  StepLoader(Form& form, const YamlNode& node, KnownIds& known)
      : form_(form),
        node_(node),
        known_(known) {}

  Step load(std::string_view place, std::size_t number) {
    step_.pos = node_.pos;
    if (!form_.check_keys(node_, "step", fmt::format("step {} of {}", number, place))) {
      return std::move(step_);
    }
    const YamlNode* id = member("id");
    step_.id = form_.id(id, "step");
    if (!step_.id.empty()) {
      step_.pos = id->pos;
      claim_id(form_, known_, step_.id, id->pos, "step");
    }
    step_.title = form_.text(member("title"), "'title'");
    step_.when = form_.expression(member("when"), "'when'");
    step_.each = load_each(form_, member("each"));
    step_.on_failure = load_on_failure(form_, member("on_failure"));
    const bool group = node_.find("steps") != nullptr;
    const bool includes = !group && node_.find("include") != nullptr;
    if (!group && !includes && node_.find("do") == nullptr) {
      form_.report(kMissingKey,
                   step_.pos,
                   length(),
                   name() + " has neither 'do' nor 'steps' nor 'include'",
                   "add do: kafka.roll");
    }
    if (includes) {
      load_include();
    } else {
      group ? load_group() : load_leaf();
    }
    return std::move(step_);
  }

 private:
  [[nodiscard]] const YamlNode* member(std::string_view key) const {
    return Form::member(node_, key);
  }

  [[nodiscard]] std::string name() const {
    return step_.id.empty() ? "the step" : fmt::format("step '{}'", step_.id);
  }

  [[nodiscard]] int length() const { return count_characters(step_.id); }

  void refuse(std::span<const std::string_view> keys,
              std::string_view what,
              const std::string& remedy) {
    for (const YamlNode::Member& entry : node_.members) {
      if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) {
        form_.report(kUnknownKey,
                     entry.key_pos,
                     count_characters(entry.key),
                     fmt::format("{} {}: it has no '{}'", name(), what, entry.key),
                     remedy);
      }
    }
  }

  void load_include() {
    refuse(kNotOfIncludes, "includes a runbook", "give it to the steps of that one");
    const YamlNode* word = member("include");
    step_.include = form_.text(word, "'include'");
    step_.action_pos = word == nullptr ? step_.pos : word->pos;
    step_.with = load_arguments(form_, member("with"), "'with'");
    const bool path = is_include_path(step_.include);
    if (!step_.include.empty() &&
        (path ? step_.include.starts_with('/') : !is_runbook_name(step_.include))) {
      form_.report(
          kWrongType,
          *word,
          fmt::format("'{}' is neither the name of a runbook nor a path from the folder of "
                      "this one",
                      step_.include),
          "write include: broker-restart, or include: ./part.yaml");
    }
  }

  void load_group() {
    refuse(kNotOfGroups, "is a group", "give it to the steps of the group");
    step_.steps = load_steps(form_, member("steps"), name(), known_);
    if (step_.steps.empty() && form_.clean()) {
      form_.report(kEmptyValue, step_.pos, length(), name() + " has no steps", "add one");
    }
  }

  void load_leaf() {
    const YamlNode* action = member("do");
    step_.action = form_.text(action, "'do'");
    step_.action_pos = action == nullptr ? step_.pos : action->pos;
    step_.with = load_arguments(form_, member("with"), "'with'");
    step_.timeout = form_.duration(member("timeout"), "'timeout'");
    step_.attempts = load_attempts(form_, member("attempts"));
    step_.expect = load_checks(form_, member("expect"), "expect");
    load_rollback(member("rollback"));
    load_confirm(member("confirm"));
    step_.effect = load_effect(form_, member("effect"));
  }

  void load_rollback(const YamlNode* node) {
    if (node == nullptr) {
      return;
    }
    if (node->is_sequence()) {
      step_.rollback = load_steps(form_, node, "the rollback of " + name(), known_);
      if (node->items.empty()) {
        form_.report(kEmptyValue,
                     node->pos,
                     1,
                     "the rollback of " + name() + " has no steps",
                     "write rollback: {none: why}, or leave it out");
      }
    } else if (form_.check_keys(*node, "rollback", "'rollback'")) {
      step_.no_rollback = form_.text(Form::member(*node, "none"), "'none'");
    }
  }

  void load_confirm(const YamlNode* node) {
    if (node == nullptr) {
      return;
    }
    step_.confirm = form_.templated(*node, "'confirm'");
    if (node->is_scalar() && base::trim(node->scalar).empty()) {
      form_.report(kEmptyValue, *node, "'confirm' is empty");
    }
  }

  Form& form_;
  const YamlNode& node_;
  KnownIds& known_;
  Step step_;
};

}  // namespace

std::size_t Share::of(std::size_t size) const {
  if (!percent) {
    return std::min(static_cast<std::size_t>(number), size);
  }
  return size * static_cast<std::size_t>(number) / kAllPercent;
}

std::string Share::text() const {
  return std::to_string(number) + (percent ? "%" : "");
}

std::string_view to_string(OnFailure action) {
  switch (action) {
    case OnFailure::Rollback:
      return "rollback";
    case OnFailure::Stop:
      return "stop";
    case OnFailure::Continue:
      return "continue";
    case OnFailure::Ask:
      return "ask";
  }
  return "rollback";
}

Settings load_settings(Form& form, const YamlNode* node) {
  Settings settings;
  if (node != nullptr && form.check_keys(*node, "settings", "'settings'")) {
    settings.timeout = form.duration(Form::member(*node, "timeout"), "'timeout'");
    settings.run_timeout = form.duration(Form::member(*node, "run_timeout"), "'run_timeout'");
  }
  return settings;
}

std::vector<Step> load_steps(Form& form,
                             const YamlNode* node,
                             std::string_view place,
                             KnownIds& known) {
  std::vector<Step> steps;
  for (const YamlNode* item : form.items(node, fmt::format("the list of {}", place))) {
    steps.push_back(StepLoader(form, *item, known).load(place, steps.size() + 1));
  }
  return steps;
}

}  // namespace cfkops::runbook
