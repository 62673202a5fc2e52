// Makes volumes larger, one after the other, a set's highest number first:
//
//   1. All are judged before the first is touched: a class that does not let volumes grow, a size
//      that is smaller than what is there, a quota that is too small.
//   2. A claim asks for the new size, as of the very version that was judged.
//   3. The next one's turn comes when the storage and the file system have it, and the pods
//      that use it are Ready.
//
// A volume never gets smaller: what has grown stays so, whatever happens to the others.
#include "difference.hpp"
#include "irreversible.hpp"
#include "kinds.hpp"
#include "owner.hpp"
#include "subject.hpp"
#include "volume.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;
using base::Quantity;
using engine::Outcome;
using runbook::Type;

constexpr Duration kTell = 1s;
constexpr int kMostTries = 5;

/// The claims of a step, in the order in which they grow.
struct Task {
  ClaimView view;
  std::vector<kube::Object> claims;
  Quantity size;
  std::optional<kube::Object> set;  ///< where the target is one
};

Json size_patch(const Quantity& size) {
  return Json(nlohmann::json{{"spec", {{"resources", {{"requests", {{"storage", size.text}}}}}}}});
}

bool is_so(const kube::Object& claim, const Quantity& size) {
  const auto wanted = requested_size(claim);
  return wanted && *wanted >= size && growth_of(claim, size).done;
}

Error no_such_claim(const std::string& name) {
  return make_error(ErrorCode::NotFound,
                    "there is no claim " + name,
                    "cfkops run volume-status shows those that there are");
}

const kube::Object* find_claim(const ClaimView& view, const std::string& name) {
  const auto found = std::ranges::find_if(
      view.claims, [&name](const kube::Object& claim) { return claim.name() == name; });
  return found == view.claims.end() ? nullptr : &*found;
}

/// The claim template that is meant: the one of that name, or the only one.
Result<std::string> template_of(const kube::Object& set, const std::string& given) {
  std::vector<std::string> names;
  for (const Json& one : set.json().items("/spec/volumeClaimTemplates")) {
    names.push_back(one.string_or("/metadata/name", ""));
  }
  if (given.empty() && names.size() == 1) {
    return names.front();
  }
  if (!given.empty() && std::ranges::find(names, given) != names.end()) {
    return given;
  }
  return make_error(
      ErrorCode::InvalidInput,
      names.empty()   ? set.text() + " has no volumes of its own"
      : given.empty() ? set.text() + " has several volumes for each pod: " + base::enumerate(names)
                      : set.text() + " has no volume " + given + base::did_you_mean(given, names),
      names.empty() ? "name a claim instead" : "name one of them in `template`");
}

/// Who keeps the size of a set's volumes elsewhere.
Status set_objection(const kube::Object& set) {
  const auto cfk = kafka::cfk_owner(set);
  const auto controller = cfk ? std::optional(cfk->kind + " " + cfk->name) : controller_text(set);
  if (!controller) {
    return {};
  }
  return make_error(
      ErrorCode::Refused,
      set.text() + " belongs to " + *controller + ", which sets the size of its volumes",
      cfk ? "raise spec.dataVolumeCapacity of " + *controller +
                ": the operator makes the claims larger"
          : "change the size in " + *controller + " instead");
}

Status take_claims_of_set(kube::Reader& reader,
                          const engine::Arguments& arguments,
                          const std::string& ns,
                          const std::string& name,
                          Task& task) {
  CFKOPS_ASSIGN(kube::Object set, reader.get(kube::resources::stateful_sets(), ns, name));
  CFKOPS_TRY(set_objection(set));
  CFKOPS_ASSIGN(const std::string volume, template_of(set, optional_text(arguments, "template")));
  std::vector<std::string> pods = kafka::pod_names(set);
  std::ranges::reverse(pods);
  for (const std::string& pod : pods) {
    const std::string claim = volume + "-" + pod;
    const kube::Object* found = find_claim(task.view, claim);
    if (found == nullptr) {
      return no_such_claim(ns + "/" + claim);
    }
    task.claims.push_back(*found);
  }
  task.set = std::move(set);
  return {};
}

Result<Task> read_task(kube::Reader& reader, const engine::Arguments& arguments) {
  const runbook::ValueMap& target = arguments.ref("target");
  const std::string ns = text_of(target, "namespace");
  const std::string name = text_of(target, "name");
  Task task;
  task.size = *arguments.find("size")->quantity();
  CFKOPS_ASSIGN(task.view, read_claims(reader, ns));
  if (text_of(target, "kind") == "StatefulSet") {
    CFKOPS_TRY(take_claims_of_set(reader, arguments, ns, name, task));
  } else {
    const kube::Object* found = find_claim(task.view, name);
    if (found == nullptr) {
      return no_such_claim(ns + "/" + name);
    }
    task.claims = {*found};
  }
  CFKOPS_TRY(still_same(task.set ? *task.set : task.claims.front(), text_of(target, "uid")));
  return task;
}

/// Why this claim cannot get that size; nothing where it can, or has it.
std::optional<Error> claim_objection(const ClaimView& view,
                                     const kube::Object& claim,
                                     const Quantity& size) {
  if (is_so(claim, size)) {
    return std::nullopt;
  }
  const auto refuse = [&claim](const std::string& why, std::string hint) {
    return make_error(ErrorCode::Refused, claim.text() + " " + why, std::move(hint));
  };
  const auto wanted = requested_size(claim);
  if (claim.deleting()) {
    return refuse("is being deleted", "");
  }
  if (claim.json().string_or("/status/phase", "") != "Bound") {
    return refuse("has no volume yet: only a bound claim can grow", "see what it waits for first");
  }
  if (wanted && size < *wanted) {
    return refuse("asks for " + wanted->text + " already: a volume does not get smaller",
                  "name a size of at least that");
  }
  if (!view.classes.contains(class_of(claim))) {
    return refuse("is of class '" + class_of(claim) + "', which is not there",
                  "only volumes that a class has made can grow");
  }
  if (!view.expandable(claim)) {
    return refuse("is of class " + class_of(claim) + ", which does not let volumes grow",
                  "set allowVolumeExpansion of the class, if its driver can do it");
  }
  return std::nullopt;
}

/// What all of them ask for more than now, as quotas count it.
QuotaAmounts more_storage(const Task& task) {
  QuotaAmounts more;
  for (const kube::Object& claim : task.claims) {
    const auto wanted = requested_size(claim);
    if (wanted && *wanted < task.size) {
      const base::Int128 step = task.size.nanos - wanted->nanos;
      more["requests.storage"] += step;
      more[class_of(claim) + ".storageclass.storage.k8s.io/requests.storage"] += step;
    }
  }
  return more;
}

Status judge(kube::Reader& reader, const Task& task) {
  for (const kube::Object& claim : task.claims) {
    if (std::optional<Error> refusal = claim_objection(task.view, claim, task.size)) {
      return *std::move(refusal);
    }
  }
  if (task.claims.empty()) {
    return {};
  }
  CFKOPS_ASSIGN(const kube::ObjectList quotas,
                reader.list(kube::resources::resource_quotas(), task.claims.front().ns()));
  const QuotaRoom room = room_for(quotas.items, more_storage(task));
  if (!room.too_small.empty()) {
    return make_error(ErrorCode::Refused,
                      base::join(room.too_small, "; "),
                      "raise the quota first: cfkops run namespace-quota");
  }
  return {};
}

class VolumeExpand final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& /*context*/,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Task task, read_task(reader, arguments));
    engine::StepPlan plan;
    plan.permissions = permissions(task, text_of(arguments.ref("target"), "namespace"));
    plan.undo = "none: " + spec().no_undo;
    const Status judged = judge(reader, task);
    for (const kube::Object& claim : task.claims) {
      if (is_so(claim, task.size)) {
        plan.notes.push_back(claim.text() + " is so large already");
      } else {
        plan.changes.push_back(change(reader, claim, task.size, judged));
      }
    }
    if (plan.changes.size() > 1) {
      plan.notes.emplace_back(
          "one after the other: the next grows when the one before has grown "
          "and its pods are Ready");
    }
    say_template(task, plan);
    return plan;
  }

  [[nodiscard]] Outcome apply(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) const override {
    const auto outcome = expand(context, client, arguments);
    return outcome ? *outcome : Outcome::from(outcome.error());
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "volume.expand",
                             .summary = "makes the volumes of a set, or one claim's, larger"};
    spec.arguments = {
        {.name = "target",
         .type = Type::ref({"StatefulSet", "PersistentVolumeClaim"}),
         .required = true,
         .help = "the statefulset, or one claim"},
        {.name = "size",
         .type = Type::of(Type::Kind::Quantity),
         .required = true,
         .help = "how large each is to be"},
        {.name = "template",
         .type = text,
         .help = "which of the set's claim templates; may be left out where there is one"}};
    spec.outputs = {{"expanded", Type::list_of(text), "claims that this attempt has made larger"},
                    {"unchanged", Type::list_of(text), "claims that were so large already"}};
    spec.effect = runbook::Effect::Idempotent;
    spec.no_undo = "a volume does not get smaller";
    spec.timeout = 30min;
    spec.permissions = {{"get", "the statefulset"},
                        {"get", "persistentvolumeclaims"},
                        {"list", "persistentvolumeclaims"},
                        {"watch", "persistentvolumeclaims"},
                        {"patch", "persistentvolumeclaims"},
                        {"list", "storageclasses.storage.k8s.io"},
                        {"list", "pods"},
                        {"list", "resourcequotas"}};
    spec.example =
        "- id: expand\n"
        "  do: volume.expand\n"
        "  with:\n"
        "    target: ${params.target}\n"
        "    size: 20Gi\n";
    return spec;
  }

  static std::vector<kube::AccessQuestion> permissions(const Task& task, const std::string& ns) {
    std::vector<kube::AccessQuestion> asked = claim_permissions(ns);
    asked.push_back(Subject{kube::resources::resource_quotas(), ns, {}}.may("list"));
    if (task.set) {
      asked.push_back(Subject{kube::resources::stateful_sets(), ns, task.set->name()}.may("get"));
    }
    for (const kube::Object& claim : task.claims) {
      const Subject subject{kube::resources::persistent_volume_claims(), ns, claim.name()};
      for (const char* verb : {"get", "list", "watch", "patch"}) {
        asked.push_back(subject.may(verb));
      }
    }
    return asked;
  }

  static engine::PlannedChange change(kube::Reader& reader,
                                      const kube::Object& claim,
                                      const Quantity& size,
                                      const Status& judged) {
    const auto wanted = requested_size(claim);
    engine::PlannedChange change{
        .verb = "patch", .object = claim.text(), .uid = claim.uid(), .diff = {}, .verdict = {}};
    change.diff = {difference_line("/spec/resources/requests/storage",
                                   wanted ? std::optional(wanted->text) : std::nullopt,
                                   size.text)};
    std::optional<Error> refusal = judged ? std::optional<Error>() : judged.error();
    if (!refusal) {
      const auto tried = reader.dry_run_patch(kube::resources::persistent_volume_claims(),
                                              claim.ns(),
                                              claim.name(),
                                              kube::PatchType::Merge,
                                              size_patch(size));
      refusal = tried ? std::optional<Error>() : tried.error();
    }
    change.refused = refusal.has_value();
    change.verdict = refusal ? "refused: " + refusal->text() : "accepted";
    return change;
  }

  static void say_template(const Task& task, engine::StepPlan& plan) {
    if (!task.set) {
      return;
    }
    plan.notes.push_back("the claim template of " + task.set->text() +
                         " cannot be changed: pods that it gets later have volumes of the former "
                         "size, until it is made anew with its pods left alone (--cascade=orphan)");
  }

  static Result<Outcome> expand(const engine::Context& context,
                                kube::Client& client,
                                const engine::Arguments& arguments) {
    CFKOPS_ASSIGN(const Task task, read_task(client, arguments));
    CFKOPS_TRY(judge(client, task));
    runbook::ValueList expanded;
    runbook::ValueList unchanged;
    for (const kube::Object& claim : task.claims) {
      const std::string name = claim.ns() + "/" + claim.name();
      if (is_so(claim, task.size)) {
        unchanged.emplace_back(name);
        continue;
      }
      CFKOPS_TRY(ask(client, task, claim));
      Outcome outcome = await(context, client, claim, task.size);
      if (outcome.kind == Outcome::Kind::Done) {
        expanded.emplace_back(name);
        context.progress(claim.text() + " is " + task.size.text);
        outcome = await_users(context, client, claim);
      }
      if (outcome.kind != Outcome::Kind::Done) {
        outcome.outputs = {{"expanded", expanded}, {"unchanged", unchanged}};
        return outcome;
      }
    }
    return Outcome::done({{"expanded", std::move(expanded)}, {"unchanged", std::move(unchanged)}});
  }

  /// Has the claim ask for it, unless it does already; as of the version that is judged.
  static Status ask(kube::Client& client, const Task& task, const kube::Object& claim) {
    const kube::Resource& claims = kube::resources::persistent_volume_claims();
    for (int tries = 1;; ++tries) {
      CFKOPS_ASSIGN(const kube::Object now, client.get(claims, claim.ns(), claim.name()));
      CFKOPS_TRY(still_same(now, claim.uid()));
      if (std::optional<Error> refusal = claim_objection(task.view, now, task.size)) {
        return *std::move(refusal);
      }
      if (requested_size(now) >= std::optional(task.size)) {
        return {};
      }
      const auto sent = client.patch(
          claims,
          now.ns(),
          now.name(),
          size_patch(task.size),
          {.type = kube::PatchType::Merge,
           .precondition = {.uid = now.uid(), .resource_version = now.resource_version()}});
      if (sent) {
        return {};
      }
      if (sent.error().code != ErrorCode::Conflict || tries == kMostTries) {
        return sent.error();
      }
    }
  }

  /// Waits by watch until the volume and its file system have the size.
  static Outcome await(const engine::Context& context,
                       kube::Client& client,
                       const kube::Object& claim,
                       const Quantity& size) {
    const auto watch =
        client.watch(kube::resources::persistent_volume_claims(),
                     claim.ns(),
                     {.label_selector = {}, .field_selector = "metadata.name=" + claim.name()});
    const MonoTime began = client.loop().clock().now();
    for (;;) {
      const MonoTime time = client.loop().clock().now();
      const auto heard = watch->next(std::min(context.deadline, time + kTell));
      if (!heard) {
        return Outcome::from(heard.error());
      }
      const bool known = watch->trouble().empty();
      const auto found = watch->objects().find(claim.ns() + "/" + claim.name());
      if (known && (found == watch->objects().end() || found->second.uid() != claim.uid())) {
        return Outcome::refused(claim.text() + " was deleted meanwhile");
      }
      const Growth growth =
          known ? growth_of(found->second, size) : Growth{.why = watch->trouble()};
      if (growth.done) {
        return Outcome::done();
      }
      if (growth.never) {
        return Outcome::refused(claim.text() + ": " + growth.why);
      }
      if (client.loop().clock().now() >= context.deadline) {
        return overdue(claim, growth, known);
      }
      context.waiting({.what = claim.text() + " to be " + size.text,
                       .why = growth.why,
                       .details = {},
                       .estimate = {},
                       .elapsed = client.loop().clock().now() - began});
    }
  }

  static Outcome overdue(const kube::Object& claim, const Growth& growth, bool known) {
    std::string why = claim.text() + ": " + growth.why;
    if (growth.restart) {
      why += "; restart its pod, then resume the run";
    }
    return known ? Outcome::not_yet(std::move(why)) : Outcome::unknown(std::move(why));
  }

  /// Waits until what uses the claim is Ready.
  static Outcome await_users(const engine::Context& context,
                             kube::Client& client,
                             const kube::Object& claim) {
    const MonoTime began = client.loop().clock().now();
    for (;;) {
      ClaimView view;
      auto pods = client.list(kube::resources::pods(), claim.ns());
      if (!pods) {
        return Outcome::from(pods.error());
      }
      view.pods = std::move(pods->items);
      std::vector<std::string> waiting;
      for (const kube::Object& pod : view.users_of(claim)) {
        if (!kube::pod_ready(pod)) {
          waiting.push_back(fmt::format("{}: {}", pod.text(), kube::pod_trouble(pod)));
        }
      }
      if (waiting.empty()) {
        return Outcome::done();
      }
      const MonoTime now = client.loop().clock().now();
      if (now >= context.deadline) {
        return Outcome::not_yet("what uses " + claim.text() +
                                " is not Ready: " + base::join(waiting, "; "));
      }
      context.waiting({.what = "what uses " + claim.text() + " to be Ready",
                       .why = waiting.front(),
                       .details = waiting,
                       .estimate = {},
                       .elapsed = now - began});
      if (const Status paused = client.loop().pause(std::min(kTell, context.deadline - now));
          !paused) {
        return Outcome::from(paused.error());
      }
    }
  }
};

}  // namespace

const engine::Action& volume_expand() {
  static const VolumeExpand kAction;
  return kAction;
}

}  // namespace cfkops::actions
