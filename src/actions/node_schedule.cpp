#include "node_schedule.hpp"

#include "difference.hpp"
#include "sent_before.hpp"
#include "subject.hpp"
#include "undo_patch.hpp"

#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;

constexpr std::string_view kOurManager = "cfkops";  // as all our writes have it
constexpr int kMostTries = 5;  // kubelets and controllers write to nodes all the time

Json mark_of(const kube::Object& node) {
  const Result<Json> mark = Json::parse(node.annotation(kCordonMark).value_or("null"));
  return mark ? *mark : Json();
}

/// Whether an earlier process of this run sent something that may have become this.
bool may_have_sent(const engine::Context& context) {
  return context.earlier != nullptr &&
         std::ranges::any_of(*context.earlier, [](const engine::SentMutation& one) {
           return one.fate != engine::Fate::NotApplied;
         });
}

/// Whose the cordon is, as the server has it: the field manager of `spec.unschedulable`; "" where
/// it does not tell.
std::string cordon_manager(const kube::Object& node) {
  for (const Json& entry : node.json().items("/metadata/managedFields")) {
    if (entry.has("/fieldsV1/f:spec/f:unschedulable")) {
      return entry.string_or("/manager", "");
    }
  }
  return "";
}

runbook::ValueMap outputs_of(const kube::Object& node, bool changed) {
  return {{"changed", changed},
          {"name", node.name()},
          {"uid", node.uid()},
          {"boot_id", node.json().string_or("/status/nodeInfo/bootID", "")}};
}

/// The mark is older than the cordon: somebody has uncordoned the node since, and another one has
/// cordoned it, and both left the mark.
bool is_stale(const kube::Object& node) {
  const std::string manager = cordon_manager(node);
  return !manager.empty() && manager != kOurManager;
}

/// Why the cordon is not what this run wrote; "" where it is.
std::string foreign_cordon(const kube::Object& node, const std::string& run) {
  const std::string marked = mark_of(node).string_or("/run", "");
  if (marked != run) {
    return marked.empty() ? fmt::format("it is cordoned, and {} does not say by whom", kCordonMark)
                          : "it is cordoned " + cordon_text(node);
  }
  return is_stale(node)
             ? fmt::format("it was uncordoned, and {} has cordoned it since", cordon_manager(node))
             : "";
}

std::string uncordon_command(const std::string& node) {
  return "cfkops run node-uncordon --param node=" + base::shell_word(node);
}

/// Nodes change by themselves: another version than the one that was read is read again.
Result<Outcome> take_back_once(kube::Client& client, const Json& remembered) {
  const kube::Resource& nodes = kube::resources::nodes();
  CFKOPS_ASSIGN(const std::string name, remembered.string_at("/name"));
  CFKOPS_ASSIGN(const std::string uid, remembered.string_at("/uid"));
  CFKOPS_ASSIGN(const Json changes, remembered.at("/changes"));
  const Result<kube::Object> now = client.get(nodes, "", name);
  if (!now && now.error().code == ErrorCode::NotFound) {
    return Outcome::done();  // a node that is gone has nothing to get back
  }
  if (!now) {
    return now.error();
  }
  if (now->uid() != uid) {
    return Outcome::done();
  }
  // Of a cordon: one that does not bear this run's mark was made by somebody else, before our
  // request arrived or after.
  const std::string run = remembered.string_or("/cordoned_by", "");
  const std::string foreign = run.empty() || !is_cordoned(*now) ? "" : foreign_cordon(*now, run);
  if (!foreign.empty()) {
    return Outcome::refused("somebody else has changed node " + name + " meanwhile: " + foreign);
  }
  if (!run.empty() && is_cordoned(*now) && remembered.bool_or("/ready", false) &&
      kube::condition(*now, "Ready") != "True") {
    return Outcome::refused(
        fmt::format("node {} is not Ready, though it was before this run: it stays cordoned; when "
                    "it is Ready again, let it take pods with: {}",
                    name,
                    uncordon_command(name)));
  }
  const TakeBack back = take_back(changes, now->json());
  if (!back.foreign.empty()) {
    return Outcome::refused("somebody else has changed node " + name +
                            " meanwhile: " + base::join(back.foreign, "; "));
  }
  if (back.patch.raw().empty()) {
    return Outcome::done();
  }
  const auto patched =
      client.patch(nodes,
                   "",
                   name,
                   back.patch,
                   {.type = kube::PatchType::Merge,
                    .precondition = {.uid = uid, .resource_version = now->resource_version()}});
  if (!patched && patched.error().code == ErrorCode::Conflict) {
    return Outcome::not_yet(patched.error().text());
  }
  return patched ? Outcome::done() : Outcome::from(patched.error());
}

}  // namespace

bool is_cordoned(const kube::Object& node) {
  return node.json().bool_or("/spec/unschedulable", false);
}

std::string cordon_text(const kube::Object& node) {
  const Json mark = mark_of(node);
  const std::string run = mark.string_or("/run", "");
  if (run.empty()) {
    return "";
  }
  const std::string who = mark.string_or("/who", "");
  const std::string by = "by run " + run + (who.empty() ? "" : " (" + who + ")") + ": " +
                         mark.string_or("/reason", "no reason given");
  return base::printable(
      is_stale(node) ? fmt::format("by {}; an older mark says: {}", cordon_manager(node), by) : by);
}

std::string whose_cordon(const kube::Object& node) {
  if (std::string marked = cordon_text(node); !marked.empty()) {
    return marked;
  }
  const std::string manager = base::printable(cordon_manager(node));
  return manager.empty() ? "by somebody who has left no mark of cfkops"
                         : "by " + manager + " (its field manager), with no reason given";
}

Result<kube::Object> read_node(kube::Reader& reader, const engine::Arguments& arguments) {
  const runbook::ValueMap& ref = arguments.ref("node");
  CFKOPS_ASSIGN(kube::Object node, reader.get(kube::resources::nodes(), "", text_of(ref, "name")));
  const std::string uid = text_of(ref, "uid");
  CFKOPS_TRY(uid.empty() ? Status() : still_same(node, uid));
  return node;
}

Error not_cordoned(const kube::Object& node) {
  return make_error(
      ErrorCode::Refused,
      node.text() + " is not cordoned: its pods could come back to it",
      fmt::format("where a step of this run had cordoned it somebody has uncordoned it since: find "
                  "out who and why; then kubectl cordon {} and resume the run, or roll it back; "
                  "else cordon it in a step before, with node.cordon",
                  node.name()));
}

Status still_cordoned(kube::Reader& reader, const kube::Object& node) {
  CFKOPS_ASSIGN(const kube::Object now, reader.get(kube::resources::nodes(), "", node.name()));
  CFKOPS_TRY(still_same(now, node.uid()));
  if (!is_cordoned(now)) {
    return make_error(ErrorCode::Refused,
                      node.text() + " is not cordoned any more: its pods could come back to it",
                      "find out who has uncordoned it, then start the run again");
  }
  return {};
}

runbook::ActionSpec NodeSchedule::begin_spec(std::string name,
                                             std::string summary,
                                             std::string changed) {
  using runbook::Type;
  const Type text = Type::of(Type::Kind::String);
  runbook::ActionSpec spec{.name = std::move(name), .summary = std::move(summary)};
  spec.arguments = {
      {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"}};
  spec.outputs = {{"changed", Type::of(Type::Kind::Bool), std::move(changed)},
                  {"name", text, "of the node"},
                  {"uid", text, "of the node"},
                  {"boot_id", text, "of the node; another one after it was started again"}};
  spec.effect = runbook::Effect::Idempotent;
  spec.permissions = {{"get", "nodes"}, {"patch", "nodes"}};
  return spec;
}

bool NodeSchedule::is_so(const kube::Object& node) const {
  return is_cordoned(node) == (wanted_ == Schedulable::No);
}

Result<engine::StepPlan> NodeSchedule::plan(const engine::Context& context,
                                            kube::Reader& reader,
                                            const engine::Arguments& arguments) const {
  CFKOPS_ASSIGN(const kube::Object node, read_node(reader, arguments));
  const Subject subject{kube::resources::nodes(), "", node.name()};
  engine::StepPlan plan;
  plan.permissions = {subject.may("get"), subject.may("patch")};
  plan.estimate = Duration::zero();
  if (is_cordoned(node) && wanted_ == Schedulable::Yes) {
    plan.notes.push_back(node.text() + " is cordoned " + whose_cordon(node));
  } else if (is_cordoned(node) && !context.run_id.empty() &&
             foreign_cordon(node, context.run_id).empty()) {
    plan.notes.push_back(node.text() + " is cordoned by this run");
  } else if (is_cordoned(node)) {
    plan.notes.push_back(
        fmt::format("{} is cordoned already, {}: it stays so when the run is over, "
                    "and the reason given now is not written on it",
                    node.text(),
                    whose_cordon(node)));
  } else if (wanted_ == Schedulable::Yes) {
    plan.notes.push_back(
        node.text() + " is not cordoned now: unless an earlier step cordons it, nothing is done");
  }
  engine::Context any = context;
  any.run_id = "RUN";  // a plan is the same plan whichever run carries it out
  any.who.clear();
  const Result<kube::Object> after = reader.dry_run_patch(
      subject.resource, "", node.name(), kube::PatchType::Merge, patch(any, arguments));
  engine::PlannedChange change{
      .verb = "patch", .object = node.text(), .uid = node.uid(), .diff = {}, .verdict = {}};
  change.refused = !after;
  change.verdict = after ? "accepted" : "refused: " + after.error().text();
  if (after && !is_so(node)) {
    change.diff = difference(node.json(), after->json());
  }
  if (!after || !is_so(node)) {
    plan.changes.push_back(std::move(change));
  }
  plan.undo = wanted_ == Schedulable::No ? "uncordons the node, if this step has cordoned it"
                                         : "cordons the node again, if this step has uncordoned it";
  return plan;
}

Outcome NodeSchedule::apply(const engine::Context& context,
                            kube::Client& client,
                            const engine::Arguments& arguments) const {
  for (int tries = 1;; ++tries) {
    const Result<Outcome> outcome = change(context, client, arguments, tries > 1);
    if (outcome) {
      return *outcome;
    }
    if (outcome.error().code != ErrorCode::Conflict || tries == kMostTries) {
      return Outcome::from(outcome.error());
    }
  }
}

/// Whether this run has brought about what is so.
bool NodeSchedule::is_ours(const engine::Context& context, const kube::Object& node) const {
  return wanted_ == Schedulable::No ? foreign_cordon(node, context.run_id).empty()
                                    : applied_before(context) != nullptr;
}

/// What was remembered before a request that did not take effect: it is so by somebody else's
/// doing, which is not ours to take back.
Status NodeSchedule::forget(const engine::Context& context, bool conflict) const {
  const bool sent_nothing = context.earlier != nullptr && !may_have_sent(context);
  const bool certain = wanted_ == Schedulable::No || conflict || sent_nothing;
  if (context.journal == nullptr || !certain) {
    return {};
  }
  for (const engine::Remembered& one : context.journal->remembered()) {
    if (one.step != context.step.id || one.undone) {
      continue;
    }
    CFKOPS_TRY(context.journal->forget_undo(one.entry));
  }
  return {};
}

Result<Outcome> NodeSchedule::keep(const engine::Context& context,
                                   const kube::Object& node,
                                   bool conflict) const {
  const bool changed = is_ours(context, node);
  if (!changed) {
    CFKOPS_TRY(forget(context, conflict));
  }
  std::string text =
      node.text() + (wanted_ == Schedulable::No ? " is cordoned" : " is not cordoned");
  if (!changed) {
    text += " already";
    text += wanted_ == Schedulable::No ? ", " + whose_cordon(node) : "";
    text += ": it stays as it is";
  }
  context.progress(text);
  return Outcome::done(outputs_of(node, changed));
}

Result<Outcome> NodeSchedule::change(const engine::Context& context,
                                     kube::Client& client,
                                     const engine::Arguments& arguments,
                                     bool conflict) const {
  CFKOPS_ASSIGN(const kube::Object node, read_node(client, arguments));
  if (is_so(node)) {
    return keep(context, node, conflict);
  }
  const Json body = patch(context, arguments);
  if (context.journal != nullptr) {
    CFKOPS_ASSIGN(const kube::Object intended,
                  client.dry_run_patch(
                      kube::resources::nodes(), "", node.name(), kube::PatchType::Merge, body));
    CFKOPS_TRY(context.journal->remember_undo(Json(nlohmann::json{
        {"name", node.name()},
        {"uid", node.uid()},
        {"ready", kube::condition(node, "Ready") == "True"},
        {"cordoned_by", wanted_ == Schedulable::No ? context.run_id : ""},
        {"changes",
         changes_of(node.json(), intended.json(), kube::PatchType::Merge, body).raw()}})));
  }
  CFKOPS_TRY(client.patch(
      kube::resources::nodes(),
      "",
      node.name(),
      body,
      {.type = kube::PatchType::Merge,
       .precondition = {.uid = node.uid(), .resource_version = node.resource_version()}}));
  context.progress(node.text() +
                   (wanted_ == Schedulable::No ? " is cordoned" : " takes new pods again"));
  return Outcome::done(outputs_of(node, true));
}

std::map<std::string, std::string> NodeSchedule::later(const runbook::ValueMap& outputs) const {
  const auto name = outputs.find("name");
  const auto changed = outputs.find("changed");
  if (name == outputs.end() || changed == outputs.end() ||
      changed->second != runbook::Value(true)) {
    return {};
  }
  const std::string node = name->second.text();
  return {{"node " + node, wanted_ == Schedulable::No ? uncordon_command(node) : ""}};
}

engine::PlannedChange NodeSchedule::planned_undo(const Json& remembered) const {
  return {.verb = "patch",
          .object = "node " + remembered.string_or("/name", ""),
          .uid = remembered.string_or("/uid", ""),
          .diff = lines_of_undo(remembered.get("/changes")),
          .verdict = {}};
}

Outcome NodeSchedule::undo(const engine::Context& /*context*/,
                           kube::Client& client,
                           const Json& remembered) const {
  Result<Outcome> outcome = take_back_once(client, remembered);
  for (int tries = 1; outcome && outcome->kind == Outcome::Kind::NotYet && tries < kMostTries;
       ++tries) {
    outcome = take_back_once(client, remembered);
  }
  return outcome ? *outcome : Outcome::from(outcome.error());
}

}  // namespace cfkops::actions
