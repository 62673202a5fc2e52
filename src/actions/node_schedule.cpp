#include "node_schedule.hpp"

#include "difference.hpp"
#include "subject.hpp"
#include "undo_patch.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;

constexpr int kMostTries = 5;  // kubelets and controllers write to nodes all the time

std::string text_of(const runbook::ValueMap& ref, std::string_view key) {
  const auto found = ref.find(key);
  return found == ref.end() ? "" : found->second.text();
}

Json mark_of(const kube::Object& node) {
  const Result<Json> mark = Json::parse(node.annotation(kCordonMark).value_or("null"));
  return mark ? *mark : Json();
}

/// By an earlier process of this run, which did not come to say so.
bool was_changed(const engine::Context& context) {
  return context.earlier != nullptr &&
         std::ranges::find(*context.earlier, engine::Fate::Applied, &engine::SentMutation::fate) !=
             context.earlier->end();
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
  return base::printable("by run " + run + (who.empty() ? "" : " (" + who + ")") + ": " +
                         mark.string_or("/reason", "no reason given"));
}

Result<kube::Object> read_node(kube::Reader& reader, const engine::Arguments& arguments) {
  const runbook::ValueMap& ref = arguments.ref("node");
  CFKOPS_ASSIGN(kube::Object node, reader.get(kube::resources::nodes(), "", text_of(ref, "name")));
  const std::string uid = text_of(ref, "uid");
  if (!uid.empty() && node.uid() != uid) {
    return make_error(ErrorCode::Refused,
                      node.text() + " is another one now: uid " + node.uid() + ", not " + uid,
                      "look at it, and start the run again");
  }
  return node;
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
  const std::string by = cordon_text(node);
  if (is_so(node)) {
    plan.notes.push_back(node.text() + (wanted_ == Schedulable::No
                                            ? " is cordoned already, and stays as it is" +
                                                  (by.empty() ? "" : " (" + by + ")")
                                            : " is not cordoned now: unless an earlier step "
                                              "cordons it, nothing is done"));
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
    const Result<Outcome> outcome = change(context, client, arguments);
    if (outcome) {
      return *outcome;
    }
    if (outcome.error().code != ErrorCode::Conflict || tries == kMostTries) {
      return Outcome::from(outcome.error());
    }
  }
}

Result<Outcome> NodeSchedule::change(const engine::Context& context,
                                     kube::Client& client,
                                     const engine::Arguments& arguments) const {
  CFKOPS_ASSIGN(const kube::Object node, read_node(client, arguments));
  const auto outputs = [&](bool changed) {
    return runbook::ValueMap{{"changed", changed},
                             {"uid", node.uid()},
                             {"boot_id", node.json().string_or("/status/nodeInfo/bootID", "")}};
  };
  if (is_so(node)) {
    const bool changed = was_changed(context);
    context.progress(node.text() +
                     (wanted_ == Schedulable::No ? " is cordoned" : " is not cordoned") +
                     (changed ? "" : " already: it stays as it is"));
    return Outcome::done(outputs(changed));
  }
  const Json body = patch(context, arguments);
  if (context.journal != nullptr) {
    CFKOPS_ASSIGN(const kube::Object intended,
                  client.dry_run_patch(
                      kube::resources::nodes(), "", node.name(), kube::PatchType::Merge, body));
    CFKOPS_TRY(context.journal->remember_undo(Json(nlohmann::json{
        {"name", node.name()},
        {"uid", node.uid()},
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
  return Outcome::done(outputs(true));
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
