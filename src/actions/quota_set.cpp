#include "difference.hpp"
#include "field_undo.hpp"
#include "kinds.hpp"
#include "owner.hpp"
#include "quota_room.hpp"
#include "subject.hpp"
#include "workload.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;
using engine::Outcome;
using runbook::Type;

constexpr int kMostTries = 5;  // its status changes with every pod
constexpr Duration kTell = 1s;
constexpr Duration kCounting = 30s;  ///< controllers look at a changed quota at once

/// What the step is to change.
struct Wanted {
  std::map<std::string, std::string> hard;
  std::vector<std::string> remove;
  bool below_used = false;

  [[nodiscard]] Json patch() const {
    nlohmann::json fields = nlohmann::json::object();
    for (const auto& [name, amount] : hard) {
      fields[name] = amount;
    }
    for (const std::string& name : remove) {
      fields[name] = nullptr;
    }
    return Json(nlohmann::json{{"spec", {{"hard", std::move(fields)}}}});
  }
};

Result<Wanted> wanted_of(const engine::Arguments& arguments) {
  Wanted wanted{.hard = {},
                .remove = arguments.strings("remove"),
                .below_used = arguments.boolean("below_used")};
  const runbook::ValueMap* hard = arguments.find("hard")->map();
  if (hard != nullptr) {
    for (const auto& [name, amount] : *hard) {
      wanted.hard[name] = amount.text();
    }
  }
  for (const std::string& name : wanted.remove) {
    if (wanted.hard.contains(name)) {
      return make_error(ErrorCode::InvalidInput,
                        "quota.set is to set " + name + " and to remove it",
                        "name it in hard or in remove");
    }
  }
  if (wanted.hard.empty() && wanted.remove.empty()) {
    return make_error(ErrorCode::InvalidInput,
                      "quota.set is to change nothing",
                      "name amounts in hard, such as requests.cpu: \"20\"");
  }
  return wanted;
}

Result<kube::Object> read_quota(kube::Reader& reader, const engine::Arguments& arguments) {
  const runbook::ValueMap& ref = arguments.ref("quota");
  CFKOPS_ASSIGN(
      kube::Object quota,
      reader.get(
          kube::resources::resource_quotas(), text_of(ref, "namespace"), text_of(ref, "name")));
  CFKOPS_TRY(still_same(quota, text_of(ref, "uid")));
  return quota;
}

Subject subject_of(const kube::Object& quota) {
  return {.resource = kube::resources::resource_quotas(), .ns = quota.ns(), .name = quota.name()};
}

/// The amounts that it would have, as far as they are used by what is there. What the quota has not
/// counted so far is counted here, where it is about pods.
std::vector<QuotaLine> lines_after(const kube::Object& quota,
                                   const kube::Object& after,
                                   const std::vector<kube::Object>& pods) {
  QuotaAmounts counted;
  for (const kube::Object& pod : pods) {
    if (kube::pod_ended(pod) || !takes_pod(quota, pod.json()).value_or(true)) {
      continue;
    }
    for (const auto& [name, amount] : quota_amounts(pod.json())) {
      counted[name] += amount;
    }
  }
  const auto about_pods = [](const std::string& name) {
    const bool claims = name.find("storage") != std::string::npos &&
                        name.find("ephemeral-storage") == std::string::npos;
    return !claims &&
           (name == "pods" || name == "count/pods" || name == "cpu" || name == "memory" ||
            name == "ephemeral-storage" || name.starts_with("requests.") ||
            name.starts_with("limits.") || name.starts_with("hugepages-"));
  };
  std::vector<QuotaLine> lines = lines_of(after);
  for (QuotaLine& line : lines) {
    if (!line.used && about_pods(line.resource)) {
      line.used = base::Quantity::of_nanos(counted[line.resource], line.hard.binary());
    }
  }
  return lines;
}

/// Resources of which more is used than would be allowed.
std::vector<std::string> beyond(const std::vector<QuotaLine>& lines) {
  std::vector<std::string> found;
  for (const QuotaLine& line : lines) {
    if (line.used && line.used->nanos > line.hard.nanos) {
      found.push_back(line.text());
    }
  }
  return found;
}

/// Of those, the ones that this change is about: others were so before.
std::vector<std::string> beyond_by(const Wanted& wanted, const std::vector<QuotaLine>& lines) {
  std::vector<QuotaLine> ours;
  std::ranges::copy_if(lines, std::back_inserter(ours), [&wanted](const QuotaLine& line) {
    return wanted.hard.contains(line.resource);
  });
  return beyond(ours);
}

std::optional<Error> objection(const kube::Object& quota,
                               const Wanted& wanted,
                               const std::vector<QuotaLine>& after) {
  if (const auto controller = controller_text(quota)) {
    return make_error(ErrorCode::Refused,
                      quota.text() + " belongs to " + *controller +
                          ", which sets its amounts: what is written here is overwritten",
                      "change " + *controller + " instead");
  }
  const std::vector<std::string> full = beyond_by(wanted, after);
  if (full.empty() || wanted.below_used) {
    return std::nullopt;
  }
  return make_error(ErrorCode::Refused,
                    "less than is used already: " + base::join(full, "; ") +
                        ": pods that end would not be made again",
                    "free room first, or say that it is meant: below_used");
}

/// Its status speaks of these very amounts.
bool is_counted(const kube::Object& quota) {
  const Json hard = quota.json().get("/spec/hard");
  const Json used = quota.json().get("/status/used");
  const auto has_number = [&used](const auto& member) {
    return used.has("/" + base::pointer_token(member.first));
  };
  const auto members = hard.members();
  return quota.json().get("/status/hard") == hard && std::ranges::all_of(members, has_number);
}

class QuotaSet final : public engine::Action {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& /*context*/,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const kube::Object quota, read_quota(reader, arguments));
    CFKOPS_ASSIGN(const Wanted wanted, wanted_of(arguments));
    const Subject subject = subject_of(quota);
    engine::StepPlan plan;
    plan.permissions = {subject.may("get"),
                        subject.may("list"),
                        subject.may("watch"),
                        subject.may("patch"),
                        Subject{kube::resources::pods(), quota.ns(), {}}.may("list")};
    plan.estimate = Duration::zero();
    plan.undo = "the amounts get their former values, unless somebody changes them meanwhile";
    engine::PlannedChange change{
        .verb = "patch", .object = quota.text(), .uid = quota.uid(), .diff = {}, .verdict = {}};
    const auto after = reader.dry_run_patch(
        subject.resource, subject.ns, subject.name, kube::PatchType::Merge, wanted.patch());
    std::optional<Error> refusal = after ? std::optional<Error>() : after.error();
    if (after) {
      change.diff = difference(quota.json(), after->json());
      CFKOPS_ASSIGN(const std::vector<QuotaLine> lines, judged(reader, quota, *after));
      refusal = objection(quota, wanted, lines);
      say_lines(quota, lines, plan);
    }
    if (after && change.diff.empty()) {
      plan.notes.push_back(quota.text() + " has these amounts already: nothing is done");
      return plan;
    }
    change.refused = refusal.has_value();
    change.verdict = refusal ? "refused: " + refusal->text() : "accepted";
    plan.changes = {std::move(change)};
    for (const std::string& line : who_may_set_back(quota, "the number")) {
      plan.notes.push_back(line);
    }
    return plan;
  }

  [[nodiscard]] Outcome apply(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) const override {
    for (int tries = 1;; ++tries) {
      const auto outcome = set(context, client, arguments);
      if (outcome) {
        return *outcome;
      }
      if (outcome.error().code != ErrorCode::Conflict || tries == kMostTries) {
        return Outcome::from(outcome.error());
      }
    }
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const override {
    return planned_take_back(remembered);
  }

  [[nodiscard]] Outcome undo(const engine::Context& /*context*/,
                             kube::Client& client,
                             const Json& remembered) const override {
    Outcome outcome = take_back_fields(client, remembered);
    for (int tries = 1; outcome.kind == Outcome::Kind::NotYet && tries < kMostTries; ++tries) {
      outcome = take_back_fields(client, remembered);
    }
    return outcome;
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    const Type flag = Type::of(Type::Kind::Bool);
    runbook::ActionSpec spec{
        .name = "quota.set",
        .summary = "changes what a quota allows, not below what is used unless that is meant"};
    spec.arguments = {
        {.name = "quota",
         .type = Type::ref({"ResourceQuota"}),
         .required = true,
         .help = "the quota"},
        {.name = "hard",
         .type = Type::map_of(Type::of(Type::Kind::Quantity)),
         .fallback = runbook::Value(runbook::ValueMap{}),
         .help = "the new amounts by resource; others stay"},
        {.name = "remove",
         .type = Type::list_of(text),
         .fallback = runbook::Value(runbook::ValueList{}),
         .help = "resources that it no longer limits"},
        {.name = "below_used",
         .type = flag,
         .fallback = runbook::Value(false),
         .help = "allow less than is used now: what runs stays, but is not made again"}};
    spec.outputs = {{"changed", flag, "this attempt has changed it"},
                    {"lines", Type::list_of(text), "what is used of each amount afterwards"},
                    {"over", Type::list_of(text), "those of which more is used than is allowed"}};
    spec.effect = runbook::Effect::Idempotent;
    spec.permissions = {{"get", "resourcequotas"},
                        {"list", "resourcequotas"},
                        {"watch", "resourcequotas"},
                        {"patch", "resourcequotas"},
                        {"list", "pods"}};
    spec.example =
        "- id: raise\n"
        "  do: quota.set\n"
        "  with:\n"
        "    quota: ${params.quota}\n"
        "    hard: {requests.cpu: \"20\", pods: \"100\"}\n";
    return spec;
  }

  static Result<std::vector<QuotaLine>> judged(kube::Reader& reader,
                                               const kube::Object& quota,
                                               const kube::Object& after) {
    CFKOPS_ASSIGN(const kube::ObjectList pods, reader.list(kube::resources::pods(), quota.ns()));
    return lines_after(quota, after, pods.items);
  }

  static void say_lines(const kube::Object& quota,
                        const std::vector<QuotaLine>& lines,
                        engine::StepPlan& plan) {
    std::set<std::string> former;
    for (const QuotaLine& line : lines_of(quota)) {
      former.insert(line.resource);
    }
    for (const QuotaLine& line : lines) {
      plan.notes.push_back("then " + line.text());
      const bool computed = line.resource.starts_with("limits.") || line.resource == "cpu" ||
                            line.resource == "memory" || line.resource.starts_with("requests.");
      if (computed && !former.contains(line.resource)) {
        plan.disruption.push_back(
            "from then on pods are refused whose containers do not all say "
            "their " +
            line.resource + ", unless a LimitRange says it for them");
      }
    }
    for (const std::string& line : beyond(lines)) {
      plan.disruption.push_back(line + ": what runs stays, and what ends is not made again");
    }
  }

  static Result<Outcome> set(const engine::Context& context,
                             kube::Client& client,
                             const engine::Arguments& arguments) {
    CFKOPS_ASSIGN(const kube::Object quota, read_quota(client, arguments));
    CFKOPS_ASSIGN(const Wanted wanted, wanted_of(arguments));
    const Subject subject = subject_of(quota);
    const Json body = wanted.patch();
    CFKOPS_ASSIGN(const kube::Object intended,
                  client.dry_run_patch(
                      subject.resource, subject.ns, subject.name, kube::PatchType::Merge, body));
    const bool changes = !(intended.json().get("/spec") == quota.json().get("/spec"));
    if (changes) {
      CFKOPS_ASSIGN(const std::vector<QuotaLine> lines, judged(client, quota, intended));
      if (std::optional<Error> refusal = objection(quota, wanted, lines)) {
        return *std::move(refusal);
      }
      if (context.journal != nullptr) {
        CFKOPS_TRY(context.journal->remember_undo(
            fields_to_remember(subject, quota, intended, kube::PatchType::Merge, body)));
      }
      // Of this very state: what is used was judged by it.
      CFKOPS_TRY(client.patch(
          subject.resource,
          subject.ns,
          subject.name,
          body,
          {.type = kube::PatchType::Merge,
           .precondition = {.uid = quota.uid(), .resource_version = quota.resource_version()}}));
    }
    return counted(context, client, quota, wanted, changes);
  }

  /// Waits until the server has counted what is used of the new amounts.
  static Outcome counted(const engine::Context& context,
                         kube::Client& client,
                         const kube::Object& quota,
                         const Wanted& wanted,
                         bool changed) {
    const auto watch =
        client.watch(kube::resources::resource_quotas(),
                     quota.ns(),
                     {.label_selector = {}, .field_selector = "metadata.name=" + quota.name()});
    const MonoTime began = client.loop().clock().now();
    const MonoTime until = std::min(context.deadline, began + kCounting);
    for (;;) {
      const MonoTime time = client.loop().clock().now();
      const auto heard = watch->next(std::min(until, time + kTell));
      if (!heard) {
        return Outcome::from(heard.error());
      }
      const auto found = watch->objects().find(quota.ns() + "/" + quota.name());
      const bool there = watch->trouble().empty() && found != watch->objects().end();
      if (there && is_counted(found->second)) {
        return outcome_of(found->second, wanted, changed);
      }
      if (client.loop().clock().now() >= until) {
        return Outcome::unknown(quota.text() +
                                " is changed, but the server has not counted what is used of it: "
                                "is the controller manager well?");
      }
      context.waiting({.what = quota.text() + " to be counted",
                       .why = there ? "its status speaks of the former amounts" : watch->trouble(),
                       .details = {},
                       .estimate = {},
                       .elapsed = client.loop().clock().now() - began});
    }
  }

  static Outcome outcome_of(const kube::Object& quota, const Wanted& wanted, bool changed) {
    const std::vector<QuotaLine> lines = lines_of(quota);
    const std::vector<std::string> over = beyond_by(wanted, lines);
    if (!over.empty() && !wanted.below_used) {
      return Outcome::refused("more is used than is allowed now: " + base::join(over, "; "));
    }
    runbook::ValueList texts;
    for (const QuotaLine& line : lines) {
      texts.emplace_back(line.text());
    }
    return Outcome::done({{"changed", changed},
                          {"lines", std::move(texts)},
                          {"over", runbook::ValueList(over.begin(), over.end())}});
  }
};

}  // namespace

const engine::Action& quota_set() {
  static const QuotaSet kAction;
  return kAction;
}

}  // namespace cfkops::actions
