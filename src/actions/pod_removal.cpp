#include "pod_removal.hpp"

#include "sent_before.hpp"
#include "subject.hpp"

#include <string>
#include <utility>

namespace cfkops::actions {

using runbook::Type;

runbook::ActionSpec PodRemoval::common_spec(std::string name, std::string summary) {
  runbook::ActionSpec spec{.name = std::move(name), .summary = std::move(summary)};
  spec.arguments = pod_arguments();
  spec.arguments.push_back({.name = "wait",
                            .type = Type::of(Type::Kind::Bool),
                            .fallback = runbook::Value(true),
                            .help = "until it is gone"});
  spec.outputs = {{"uid", Type::of(Type::Kind::String), "of the pod that was removed"}};
  spec.effect = runbook::Effect::Once;
  spec.continues = true;
  spec.no_undo = "a pod that is gone does not come back; its controller makes another";
  return spec;
}

namespace {

/// The uid of the pod that an earlier process of this run has sent away, or "".
std::string removed_before(const engine::Context& context) {
  const kube::Mutation* removal = applied_before(context);
  return removal == nullptr ? std::string() : removal->uid;
}

bool is_gone(const Result<kube::Object>& pod) {
  return !pod && (pod.error().code == ErrorCode::NotFound ||
                  pod.error().code == ErrorCode::Conflict);  // another has its name
}

}  // namespace

engine::Outcome PodRemoval::apply(const engine::Context& context,
                                  kube::Client& client,
                                  const engine::Arguments& arguments) const {
  const std::string before = removed_before(context);
  const auto pod = read_pod(context, client, arguments);
  if (!before.empty() && (is_gone(pod) || (pod && pod->uid() != before))) {
    return engine::Outcome::done({{"uid", before}});
  }
  if (!pod) {
    return engine::Outcome::from(pod.error());
  }
  const Status removed = before.empty() ? remove(client, *pod, arguments) : Status();
  if (!removed && removed.error().code == ErrorCode::TooManyRequests) {
    return engine::Outcome::not_yet(removed.error().text());
  }
  if (!removed && removed.error().code != ErrorCode::NotFound) {
    return engine::Outcome::from(removed.error());
  }
  context.progress(pod->text() + " is going (uid " + pod->uid() + ")");
  return arguments.boolean("wait") ? wait_gone(context, client, kube::resources::pods(), *pod)
                                   : engine::Outcome::done({{"uid", pod->uid()}});
}

}  // namespace cfkops::actions
