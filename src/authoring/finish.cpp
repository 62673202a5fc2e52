#include "finish.hpp"

#include "plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace cfkops::authoring {
namespace {

constexpr std::string_view kBlockMark = "/block-reconcile";
constexpr std::size_t kLongestId = 32;

/// The member of that key, or nullptr.
const DraftValue* member(const DraftValue& value, std::string_view key) {
  const auto found = std::find_if(value.members.begin(),
                                  value.members.end(),
                                  [&](const DraftValue::Member& one) { return one.key == key; });
  return found == value.members.end() ? nullptr : &found->value;
}

const DraftValue* argument(const DraftStep& step, std::string_view key) {
  const auto found = std::find_if(
      step.with.begin(), step.with.end(), [&](const auto& one) { return one.key == key; });
  return found == step.with.end() ? nullptr : &found->value;
}

/// The annotation by which a step keeps the operator away from an object or lets it back, or
/// nullptr.
const DraftValue::Member* blocking(const DraftStep& step) {
  const DraftValue* patch = argument(step, "patch");
  const DraftValue* metadata = patch == nullptr ? nullptr : member(*patch, "metadata");
  const DraftValue* annotations = metadata == nullptr ? nullptr : member(*metadata, "annotations");
  if (annotations == nullptr) {
    return nullptr;
  }
  for (const DraftValue::Member& one : annotations->members) {
    if (one.key.ends_with(kBlockMark)) {
      return &one;
    }
  }
  return nullptr;
}

bool blocks(const DraftStep& step) {
  const DraftValue::Member* mark = blocking(step);
  return mark != nullptr && mark->value.text == "true";
}

bool lifts(const DraftStep& step) {
  return blocking(step) != nullptr && !blocks(step);
}

/// Kind and name.
std::string object_of(const DraftStep& step) {
  const DraftValue* kind = argument(step, "kind");
  const DraftValue* name = argument(step, "name");
  return (kind == nullptr ? "" : kind->text) + "/" + (name == nullptr ? "" : name->text);
}

DraftStep lifted(const DraftStep& block) {
  DraftStep step = block;
  const std::string key = blocking(block)->key;
  for (DraftValue::Member& one : step.with) {
    if (one.key == "patch") {
      one.value = DraftValue::map(
          "metadata",
          DraftValue::map("annotations", DraftValue::map(key, DraftValue::plain("${null}"))));
    }
  }
  const std::string name = Blanks::as_written(object_of(block));
  step.wish = "unblock " + name;
  step.title = one_line("Let the operator back to " + name, 72);
  step.comments.clear();
  return step;
}

/// A step that lets the operator back to whatever is to be filled in stands for one step for each
/// object that it was kept away from; those that nothing lets it back to get one at the end.
void let_operator_back(std::vector<DraftStep>& steps) {
  std::vector<DraftStep> kept;
  std::vector<DraftStep> open;
  const auto close = [&open](const DraftStep& lift) {
    std::erase_if(open,
                  [&](const DraftStep& block) { return object_of(block) == object_of(lift); });
  };
  for (DraftStep& step : steps) {
    if (blocks(step)) {
      open.push_back(step);
    }
    const bool any = lifts(step) && object_of(step).find(kBlankBegin) != std::string::npos;
    if (!any || open.empty()) {
      if (lifts(step)) {
        close(step);
      }
      kept.push_back(std::move(step));
      continue;
    }
    for (std::size_t i = 0; i < open.size(); ++i) {
      kept.push_back(lifted(open[i]));
      if (i == 0) {
        kept.back().comments = step.comments;
        kept.back().comments.emplace_back("one step for each object that was blocked above");
      }
    }
    open.clear();
  }
  for (const DraftStep& block : open) {
    kept.push_back(lifted(block));
    kept.back().comments = {finding("CFK-K003", "added, since the procedure does not lift it")};
  }
  steps = std::move(kept);
}

bool uses_typed(const DraftBook& book) {
  const std::function<bool(const DraftStep&)> typed = [&](const DraftStep& step) {
    return (!step.action.empty() && step.action != "human.task") ||
           std::any_of(step.steps.begin(), step.steps.end(), typed);
  };
  return std::any_of(book.steps.begin(), book.steps.end(), typed);
}

DraftCheck name_check(const std::string& param) {
  return {.kind = "expr",
          .title = fmt::format("{} is a name that Kubernetes knows", param),
          .that = fmt::format("params.{}.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')", param),
          .otherwise = fmt::format("`{}` cannot be the name of an object", param)};
}

void add_prerequisites(DraftBook& book, Translator& translator, Blanks& blanks) {
  std::vector<DraftCheck> own = std::move(book.prerequisites);
  book.prerequisites.clear();
  const Needs& needs = translator.needs();
  if (uses_typed(book) && translator.knows("permission")) {
    book.prerequisites.push_back(
        {.kind = "permission", .title = "We may do all that the steps will ask for"});
  }
  if (needs.roll) {
    book.prerequisites.push_back({.kind = "version",
                                  .title = "Kafka is a version whose state can be read",
                                  .with = {{"of", DraftValue::of("kafka")},
                                           {"range", DraftValue::of(">=3.3 <9")},
                                           {"target", DraftValue::plain("${params.target}")}}});
    for (const char* kind : {"kafka.replication", "kafka.quorum"}) {
      const std::string title = kind == std::string_view("kafka.quorum")
                                    ? "The controllers agree on one leader"
                                    : "Every partition has all its replicas in sync";
      add_once(own, translator.kafka_check(kind, title));
      add_once(book.validation, translator.kafka_check(kind, title));
    }
  }
  for (const std::string& node : needs.drained) {
    for (const char* kind : {"capacity", "disruption"}) {
      if (translator.knows(kind)) {
        add_once(own,
                 {.kind = kind,
                  .title = kind == std::string_view("capacity")
                               ? "The node's pods find room elsewhere"
                               : "The disruption budgets let the node's pods go",
                  .with = {{"node", DraftValue::of(node)}}});
      }
    }
  }
  std::move(own.begin(), own.end(), std::back_inserter(book.prerequisites));
  // A step that stands for others may have been the only one to use a place.
  blanks.keep_used(write_draft(book, blanks));
  for (const std::string& name : blanks.names()) {
    book.prerequisites.push_back(name_check(name));
  }
}

/// Gives each step an id of its own, in the order of the file.
class Ids {
 public:
  void give(std::vector<DraftStep>& steps) {
    std::string before;
    for (DraftStep& step : steps) {
      step.id = fresh(step.wish.empty() ? step.title : step.wish);
      for (DraftValue::Member& one : step.with) {
        if (one.value.text == "${uid}" && one.value.kind == DraftValue::Kind::Plain) {
          one.value.text = "${steps." + before + ".uid}";
        }
      }
      before = step.id;
      give(step.steps);
    }
  }

 private:
  std::string fresh(const std::string& wish) {
    const std::string base = slug(Blanks::as_written(wish), '_', kLongestId, "step");
    const std::string id = is_taken(base) ? base + "_step" : base;
    std::string unique = id;
    for (int number = 2; !given_.insert(unique).second; ++number) {
      unique = id + "_" + std::to_string(number);
    }
    return unique;
  }

  std::set<std::string> given_;
};

std::string risk_of(const std::vector<DraftStep>& steps) {
  std::string risk = "low";
  for (const DraftStep& step : steps) {
    const std::string inner = risk_of(step.steps);
    const bool takes_pods = step.action == "kafka.roll" || step.action.starts_with("pod.") ||
                            step.action == "rollout.restart";
    if (takes_pods || inner == "high") {
      return "high";
    }
    risk = step.changes || inner == "medium" ? "medium" : risk;
  }
  return risk;
}

void count_steps(const std::vector<DraftStep>& steps, Draft& draft) {
  for (const DraftStep& step : steps) {
    if (step.action == "human.task") {
      ++draft.tasks;
    } else if (!step.action.empty()) {
      ++draft.typed;
    }
    draft.typed += step.expect.size();
    count_steps(step.steps, draft);
  }
}

}  // namespace

void add_once(std::vector<DraftCheck>& checks, DraftCheck check) {
  const bool there = std::any_of(checks.begin(), checks.end(), [&](const DraftCheck& other) {
    return other.kind == check.kind && other.with == check.with;
  });
  if (!there) {
    checks.push_back(std::move(check));
  }
}

void complete(DraftBook& book, Translator& translator, Blanks& blanks) {
  let_operator_back(book.steps);
  for (DraftStep& step : book.steps) {
    let_operator_back(step.steps);
  }
  add_prerequisites(book, translator, blanks);
  std::vector<DraftParam> params;
  if (translator.needs().target) {
    params.push_back({.name = "target",
                      .type = "ref<Kafka>",
                      .required = false,
                      .doc = "The cluster; may be left out where there is only one"});
  }
  std::move(book.params.begin(), book.params.end(), std::back_inserter(params));
  for (DraftParam& param : blanks.params()) {
    params.push_back(std::move(param));
  }
  book.params = std::move(params);
  book.risk = risk_of(book.steps);
  Ids ids;
  ids.give(book.steps);
  ids.give(book.rollback);
}

void count(const DraftBook& book, Draft& draft) {
  count_steps(book.steps, draft);
  count_steps(book.rollback, draft);
  draft.typed += book.prerequisites.size() + book.validation.size();
  draft.blanks = book.owner.empty() ? 1 : 0;
  for (const DraftParam& param : book.params) {
    draft.blanks += param.blank.empty() ? 0U : 1U;
  }
}

}  // namespace cfkops::authoring
