// What a run will ask of the cluster, as far as its plan tells: the permissions that it needs.
#include "evaluate.hpp"
#include "included.hpp"
#include "planner.hpp"

#include "cfkops/kube/resource.hpp"
#include "cfkops/runbook/include.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// "volumeattachments.storage.k8s.io" of what is not built in; of no version, which permissions do
/// not ask for.
kube::Resource resource_named(const std::string& text, bool namespaced) {
  const std::size_t dot = text.find('.');
  return {.group = dot == std::string::npos ? "" : text.substr(dot + 1),
          .version = "",
          .plural = text.substr(0, dot),
          .kind = "",
          .namespaced = namespaced};
}

/// The question that a declared permission stands for; nothing where it names no resource ("the
/// kind that is read").
std::optional<kube::AccessQuestion> question_of(const runbook::PermissionSpec& permission,
                                                const std::string& ns) {
  using In = runbook::PermissionSpec::In;
  const std::string& text = permission.resource;
  if (text.starts_with('/')) {
    return kube::AccessQuestion::of_path(text);
  }
  if (text.find(' ') != std::string::npos) {
    return std::nullopt;
  }
  const std::size_t slash = text.find('/');
  const std::string name = text.substr(0, slash);
  const kube::Resource* known = kube::find_builtin(name);
  kube::Resource resource =
      known != nullptr ? *known : resource_named(name, permission.in != In::NoNamespace);
  const bool here = resource.namespaced && permission.in == In::TheNamespace;
  return kube::AccessQuestion{
      .verb = permission.verb,
      .resource = std::move(resource),
      .subresource = slash == std::string::npos ? "" : text.substr(slash + 1),
      .ns = here ? ns : "",
      .name = ""};
}

/// The value itself, or the kind of the object that it refers to.
bool is_or_refers_to(const runbook::Value& value, const std::string& wanted) {
  const runbook::Value* kind = value.member("kind");
  const auto* text = (kind == nullptr ? value : *kind).as<std::string>();
  return text != nullptr && *text == wanted;
}

/// Whether these arguments, null where they are not known, make it needed.
bool is_needed(const runbook::PermissionSpec& permission, const Arguments* arguments) {
  return permission.only.empty() ||
         (arguments != nullptr &&
          std::ranges::any_of(arguments->values(), [&](const auto& argument) {
            return is_or_refers_to(argument.second, permission.only);
          }));
}

/// Nothing where they are not known yet.
std::optional<Arguments> known_arguments(const runbook::ArgumentMap& written,
                                         const runbook::ActionSpec& spec,
                                         const runbook::Bindings& bindings,
                                         const Site& site) {
  if (!not_known_yet(written, bindings).empty()) {
    return std::nullopt;
  }
  auto arguments = evaluate_arguments(written, spec, bindings, site);
  return arguments ? std::optional(*std::move(arguments)) : std::nullopt;
}

}  // namespace

/// Each once; versions aside, which do not matter.
void Planner::need(kube::AccessQuestion question) {
  const bool there = std::ranges::any_of(
      needed_, [&](const kube::AccessQuestion& one) { return one.text() == question.text(); });
  if (!there) {
    needed_.push_back(std::move(question));
  }
}

void Planner::need_declared(const std::vector<runbook::PermissionSpec>& permissions,
                            const Arguments* arguments) {
  for (const runbook::PermissionSpec& permission : permissions) {
    auto question = question_of(permission, request_.ns);
    if (question && is_needed(permission, arguments)) {
      need(*std::move(question));
    }
  }
}

/// A name is looked for among all of its kind.
void Planner::need_kinds(const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) {
    if (const RefSource* source = catalogue_.ref(kind)) {
      need_declared(source->permissions(), nullptr);
    }
  }
}

void Planner::need_references(const runbook::Type& type) {
  if (type.kind == runbook::Type::Kind::Ref) {
    need_kinds(type.names);
  }
  for (const runbook::Type& inner : type.arguments) {
    need_references(inner);
  }
}

void Planner::collect_permissions(const PlannedStep& planned, const runbook::ActionSpec& spec) {
  for (const kube::AccessQuestion& question : planned.plan.permissions) {
    need(question);
  }
  if (!planned.unknown.empty()) {
    need_declared(spec.permissions, nullptr);
  }
}

void Planner::need_check(const runbook::CheckEntry& entry, const runbook::Bindings& bindings) {
  const Check* check = catalogue_.check(entry.kind);
  if (check == nullptr) {
    return;
  }
  const auto arguments = known_arguments(entry.with, check->spec(), bindings, site_);
  Context context;
  context.run_id = request_.run_id;
  context.ns = request_.ns;
  auto exact = arguments ? check->permissions(context, reader_, *arguments) : std::nullopt;
  if (!exact) {
    need_declared(check->spec().permissions, arguments ? &*arguments : nullptr);
    return;
  }
  for (kube::AccessQuestion& question : *exact) {
    need(std::move(question));
  }
}

void Planner::need_checks(const runbook::Runbook& runbook, const runbook::Bindings& bindings) {
  for (const auto* entries : {&runbook.prerequisites, &runbook.validation}) {
    for (const runbook::CheckEntry& entry : *entries) {
      need_check(entry, bindings);
    }
  }
  for (const runbook::Guard& guard : runbook.guards) {
    need_check(guard.check, bindings);
  }
  need_steps(runbook.rollback, bindings, Planned::No);
}

/// What is expected of steps, and the steps that are taken instead of an action's own undo. Those
/// are planned only when they come.
void Planner::need_steps(const std::vector<runbook::Step>& steps,
                         const runbook::Bindings& bindings,
                         Planned planned) {
  for (const runbook::Step& step : steps) {
    const Action* action = planned == Planned::No ? catalogue_.action(step.action) : nullptr;
    if (action != nullptr) {
      const auto arguments = known_arguments(step.with, action->spec(), bindings, site_);
      need_declared(action->spec().permissions, arguments ? &*arguments : nullptr);
    }
    for (const runbook::CheckEntry& entry : step.expect) {
      need_check(entry, bindings);
    }
    need_steps(step.steps, bindings, planned);
    need_steps(step.rollback, bindings, Planned::No);
  }
}

/// What the steps need is there already: adds all else.
Status Planner::complete_permissions() {
  const runbook::Runbook& runbook = *request_.runbook;
  for (kube::AccessQuestion& question : lock_permissions(plan_.locks)) {
    need(std::move(question));
  }
  for (const runbook::Param& param : runbook.params) {
    need_references(param.type);
  }
  need_checks(runbook, names_.bindings());
  need_steps(runbook.steps, names_.bindings(), Planned::Yes);
  runbook::each_include(runbook, [&](const runbook::Step& step) {
    runbook::Bindings inside = names_.bindings();
    inside[step.included->binding] = runbook::Value(known_params(step, inside));
    need_checks(step.included->runbook, inside);
  });
  need_kinds({looked_for_.begin(), looked_for_.end()});
  return reader_.loop().stop_due() ? Status(reader_.loop().cancelled()) : Status();
}

}  // namespace cfkops::engine
