#include "cfkops/engine/lock.hpp"

#include "included_locks.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/runbook/include.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::engine {
namespace {

/// Of 253 characters that a name may have; a Lease's should still fit into a line.
constexpr std::size_t kLongestName = 120;

/// Where the Leases of objects are that are in no namespace.
constexpr const char* kClusterScoped = "default";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/// "cfkops-kafka-kafka". What is no name of an object, or a long one, gets a part of its hash, so
/// that two of them are never the same.
std::string lease_name(std::string_view kind, std::string_view name) {
  std::string text = "cfkops-";
  text += kind;
  text += kind.empty() ? "" : "-";
  text += name;
  const bool plain = std::all_of(text.begin(), text.end(), is_name_character) &&
                     !text.ends_with('-') && !text.ends_with('.') &&
                     text.find("..") == std::string::npos && text.find(".-") == std::string::npos &&
                     text.find("-.") == std::string::npos;
  if (plain && text.size() <= kLongestName) {
    return text;
  }
  std::string shown;
  for (const char c : base::lower(text).substr(0, kLongestName)) {
    shown += is_name_character(c) && c != '.' ? c : '-';
  }
  return shown + "-" + base::sha256_hex(text).substr(0, 10);
}

LockTarget namespace_lock(const std::string& ns) {
  return {.text = "namespace " + ns, .ns = ns, .lease = lease_name("namespace", ns)};
}

/// "KIND/NAMESPACE/NAME", "KIND/NAME" in the run's namespace, or a word of one's own there.
Result<LockTarget> written_target(const std::string& text, const std::string& ns) {
  const std::vector<std::string> parts = base::split(text, '/');
  if (parts.size() > 3 || std::find(parts.begin(), parts.end(), "") != parts.end()) {
    return make_error(ErrorCode::InvalidInput,
                      "the lock '" + text + "' is not written KIND/NAMESPACE/NAME",
                      "write kafka/confluent/kafka; without the namespace the run's is meant");
  }
  if (parts.size() == 1) {
    return LockTarget{
        .text = parts[0] + " in namespace " + ns, .ns = ns, .lease = lease_name("", parts[0])};
  }
  const std::string kind = base::lower(parts[0]);
  return parts.size() == 2 ? lock_target(kind, ns, parts[1])
                           : lock_target(kind, parts[1], parts[2]);
}

/// A text, a reference, or a list of those.
Status add_written(const runbook::Value& value,
                   const std::string& ns,
                   std::vector<LockTarget>& targets) {
  if (const runbook::ValueList* list = value.list()) {
    Status all;
    for (auto item = list->begin(); all && item != list->end(); ++item) {
      all = add_written(*item, ns, targets);
    }
    return all;
  }
  const runbook::Value* kind = value.member("kind");
  const runbook::Value* name = value.member("name");
  const runbook::Value* where = value.member("namespace");
  if (kind != nullptr && name != nullptr && where != nullptr) {
    targets.push_back(lock_target(kind->text(), where->text(), name->text()));
    return {};
  }
  const auto* text = value.as<std::string>();
  if (text == nullptr || value.tainted()) {
    return make_error(ErrorCode::InvalidInput,
                      "an entry of 'locks' is a " + std::string(value.type_name()) +
                          ", not a text or a reference",
                      "write kafka/${params.target.namespace}/${params.target.name}");
  }
  CFKOPS_ASSIGN(LockTarget target, written_target(*text, ns));
  targets.push_back(std::move(target));
  return {};
}

bool has_reference(const runbook::Type& type) {
  return type.kind == runbook::Type::Kind::Ref ||
         std::any_of(type.arguments.begin(), type.arguments.end(), has_reference);
}

/// The objects that a parameter with references means.
void add_references(const runbook::Value& value, std::vector<LockTarget>& targets) {
  if (const runbook::ValueList* list = value.list()) {
    for (const runbook::Value& item : *list) {
      add_references(item, targets);
    }
    return;
  }
  const runbook::ValueMap* map = value.map();
  if (map == nullptr) {
    return;
  }
  const runbook::Value* kind = value.member("kind");
  const runbook::Value* name = value.member("name");
  const runbook::Value* ns = value.member("namespace");
  if (kind != nullptr && name != nullptr && ns != nullptr) {
    targets.push_back(lock_target(kind->text(), ns->text(), name->text()));
    return;
  }
  for (const auto& [key, item] : *map) {
    add_references(item, targets);
  }
}

/// The objects that a runbook's parameters mean.
void add_params(const runbook::Runbook& runbook,
                const runbook::Value& params,
                std::vector<LockTarget>& targets) {
  for (const runbook::Param& param : runbook.params) {
    const runbook::Value* value = params.member(param.name);
    if (value != nullptr && has_reference(param.type)) {
      add_references(*value, targets);
    }
  }
}

/// What a runbook that a step includes locks, as it would by itself.
Status add_included(const runbook::Step& step,
                    const runbook::Bindings& bindings,
                    const runbook::Value& params,
                    const std::string& ns,
                    std::vector<LockTarget>& targets) {
  const runbook::Runbook& runbook = step.included->runbook;
  for (const runbook::Template& entry : runbook.locks) {
    Result<runbook::Value> value = entry.evaluate(bindings);
    if (!value) {
      return std::move(value).error().in("an entry of 'locks' of step '" + step.id + "'");
    }
    CFKOPS_TRY(add_written(*value, ns, targets));
  }
  if (runbook.locks.empty()) {
    add_params(runbook, params, targets);
  }
  return {};
}

bool changes_something(const std::vector<runbook::Step>& steps, const Catalogue& catalogue) {
  return std::any_of(steps.begin(), steps.end(), [&](const runbook::Step& step) {
    if (changes_something(step.rollback, catalogue) ||
        (step.included != nullptr &&
         changes_something(step.included->runbook.rollback, catalogue))) {
      return true;
    }
    if (step.action.empty()) {
      return changes_something(step.steps, catalogue);
    }
    const Action* action = catalogue.action(step.action);
    return action == nullptr || action->spec().effect != runbook::Effect::Read ||
           step.effect.value_or(runbook::Effect::Read) != runbook::Effect::Read;
  });
}

}  // namespace

bool concerns_lock(const Error& error) {
  return error.reason == kLockHeld || error.reason == kLockLost;
}

LockTarget lock_target(std::string_view kind, const std::string& ns, std::string_view name) {
  const std::string lowered = base::lower(kind);
  if (lowered == "namespace") {
    return namespace_lock(std::string(name));
  }
  return {.text = lowered + " " + (ns.empty() ? "" : ns + "/") + std::string(name),
          .ns = ns.empty() ? kClusterScoped : ns,
          .lease = lease_name(lowered, name)};
}

Result<std::vector<LockTarget>> lock_targets(const runbook::Runbook& runbook,
                                             const Catalogue& catalogue,
                                             const runbook::Bindings& bindings,
                                             const std::string& ns) {
  std::vector<LockTarget> targets;
  if (!changes_something(runbook.steps, catalogue) &&
      !changes_something(runbook.rollback, catalogue)) {
    return targets;
  }
  for (const runbook::Template& entry : runbook.locks) {
    Result<runbook::Value> value = entry.evaluate(bindings);
    if (!value) {
      return std::move(value).error().in("an entry of 'locks'");
    }
    CFKOPS_TRY(add_written(*value, ns, targets));
  }
  const auto params = bindings.find("params");
  if (targets.empty() && params != bindings.end()) {
    add_params(runbook, params->second, targets);
  }
  CFKOPS_TRY(each_included_at_start(
      runbook,
      bindings,
      [&](const runbook::Step& step, const runbook::Bindings& inside, const runbook::Value& given) {
        return add_included(step, inside, given, ns, targets);
      }));
  if (targets.empty()) {
    targets.push_back(namespace_lock(ns));
  }
  return in_order(std::move(targets));
}

std::vector<LockTarget> in_order(std::vector<LockTarget> targets) {
  std::sort(targets.begin(), targets.end(), [](const LockTarget& a, const LockTarget& b) {
    return std::pair(a.ns, a.lease) < std::pair(b.ns, b.lease);
  });
  targets.erase(std::unique(targets.begin(),
                            targets.end(),
                            [](const LockTarget& a, const LockTarget& b) {
                              return a.ns == b.ns && a.lease == b.lease;
                            }),
                targets.end());
  return targets;
}

std::vector<kube::AccessQuestion> lock_permissions(const std::vector<LockTarget>& targets) {
  std::vector<kube::AccessQuestion> questions;
  for (const LockTarget& target : targets) {
    // A rule about creating cannot name what is not there yet.
    for (const auto& [verb, named] : {std::pair("get", true), {"create", false}, {"patch", true}}) {
      questions.push_back({.verb = verb,
                           .resource = kube::resources::leases(),
                           .subresource = "",
                           .ns = target.ns,
                           .name = named ? target.lease : ""});
    }
  }
  return questions;
}

}  // namespace cfkops::engine
