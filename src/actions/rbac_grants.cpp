// What subjects may do, compared before and after a change.
//
//  1. Each rule is taken apart into grants: one verb on one resource (of one name), or on one path.
//  2. A subject's grants in a namespace are those of its bindings there and of its cluster
//     bindings.
//  3. It gains what no grant of before covers, and loses what no grant of after covers. What it
//     gains or loses in the whole cluster is told once, and not for each namespace.
#include "rbac_grants.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using Grants = std::set<Grant>;

/// By subject, by namespace; "" stands for the whole cluster.
using Holdings = std::map<std::string, std::map<std::string, Grants>>;

bool same_or_all(const std::string& wide, const std::string& narrow) {
  return wide == "*" || wide == narrow;
}

/// "*/scale" is that subresource of all.
bool covers_resource(const std::string& wide, const std::string& narrow) {
  if (same_or_all(wide, narrow)) {
    return true;
  }
  const std::size_t slash = narrow.find('/');
  return wide.starts_with("*/") && slash != std::string::npos &&
         wide.substr(1) == narrow.substr(slash);
}

bool covers_url(const std::string& wide, const std::string& narrow) {
  if (wide.ends_with('*')) {
    return narrow.starts_with(wide.substr(0, wide.size() - 1));
  }
  return wide == narrow;
}

std::string subject_text(const Json& subject, const std::string& ns) {
  const std::string name = subject.string_or("/name", "");
  const std::string kind = base::lower(subject.string_or("/kind", ""));
  const std::string text = kind == "serviceaccount"
                               ? kind + " " + subject.string_or("/namespace", ns) + "/" + name
                               : kind + " " + name;
  return base::printable(text);
}

const Json* find_role(const std::vector<Json>& roles,
                      const std::string& ns,
                      const std::string& name) {
  const auto found = std::ranges::find_if(roles, [&](const Json& role) {
    return role.string_or("/metadata/name", "") == name &&
           role.string_or("/metadata/namespace", "") == ns;
  });
  return found == roles.end() ? nullptr : &*found;
}

void add(std::vector<Grant>& grants, const Json& rules) {
  const std::vector<Grant> more = grants_of(rules);
  grants.insert(grants.end(), more.begin(), more.end());
}

std::vector<Grant> grants_of_role(const RbacState& state, const Json& role) {
  std::vector<Grant> grants;
  const std::vector<Json> selectors = role.items("/aggregationRule/clusterRoleSelectors");
  if (selectors.empty()) {
    add(grants, role.get("/rules"));
  }
  for (const Json& json : selectors) {
    const placement::LabelSelector selector = placement::LabelSelector::of(json);
    for (const Json& other : state.cluster_roles) {
      if (selector.matches(placement::labels_of(other))) {
        add(grants, other.get("/rules"));
      }
    }
  }
  return grants;
}

void add_holdings(const RbacState& state, const std::vector<Json>& bindings, Holdings& holdings) {
  for (const Json& binding : bindings) {
    const std::string ns = binding.string_or("/metadata/namespace", "");
    const std::vector<Grant> grants = grants_of_binding(state, binding);
    for (const Json& subject : binding.items("/subjects")) {
      holdings[subject_text(subject, ns)][ns].insert(grants.begin(), grants.end());
    }
  }
}

Holdings holdings_of(const RbacState& state) {
  Holdings holdings;
  add_holdings(state, state.cluster_bindings, holdings);
  add_holdings(state, state.bindings, holdings);
  return holdings;
}

const Grants& grants_in(const Holdings& holdings,
                        const std::string& subject,
                        const std::string& ns) {
  static const Grants kNone;
  const auto of_subject = holdings.find(subject);
  if (of_subject == holdings.end()) {
    return kNone;
  }
  const auto there = of_subject->second.find(ns);
  return there == of_subject->second.end() ? kNone : there->second;
}

bool covered(const Grants& grants, const Grant& one) {
  return grants.contains(one) ||
         std::ranges::any_of(grants, [&one](const Grant& wide) { return covers(wide, one); });
}

/// What is in `more` and not in the others, without what something else in it covers.
std::vector<Grant> beyond(const Grants& more, const std::vector<const Grants*>& others) {
  std::vector<Grant> left;
  for (const Grant& one : more) {
    const bool had =
        std::ranges::any_of(others, [&one](const Grants* grants) { return covered(*grants, one); });
    const bool wider = std::ranges::any_of(
        more, [&one](const Grant& other) { return other != one && covers(other, one); });
    if (!had && !wider) {
      left.push_back(one);
    }
  }
  return left;
}

std::set<std::pair<std::string, std::string>> places_of(const Holdings& a, const Holdings& b) {
  std::set<std::pair<std::string, std::string>> places;
  for (const Holdings* holdings : {&a, &b}) {
    for (const auto& [subject, by_namespace] : *holdings) {
      for (const auto& [ns, grants] : by_namespace) {
        places.emplace(subject, ns);
      }
    }
  }
  return places;
}

}  // namespace

std::string Grant::target() const {
  if (!url.empty()) {
    return url;
  }
  const std::size_t slash = resource.find('/');
  std::string text = resource.substr(0, slash);
  text += group.empty() ? "" : "." + group;
  text += slash == std::string::npos ? "" : resource.substr(slash);
  return name.empty() ? text : text + " " + name;
}

std::vector<Grant> grants_of(const Json& rules) {
  std::vector<Grant> grants;
  for (const Json& rule : rules.items()) {
    std::vector<std::string> names = rule.strings("/resourceNames");
    if (names.empty()) {
      names.emplace_back();
    }
    for (const std::string& verb : rule.strings("/verbs")) {
      for (const std::string& url : rule.strings("/nonResourceURLs")) {
        grants.push_back({.url = url, .verb = verb});
      }
      for (const std::string& group : rule.strings("/apiGroups")) {
        for (const std::string& resource : rule.strings("/resources")) {
          for (const std::string& name : names) {
            grants.push_back({.group = group, .resource = resource, .name = name, .verb = verb});
          }
        }
      }
    }
  }
  return grants;
}

bool covers(const Grant& wide, const Grant& narrow) {
  if (!same_or_all(wide.verb, narrow.verb)) {
    return false;
  }
  if (!wide.url.empty() || !narrow.url.empty()) {
    return !wide.url.empty() && !narrow.url.empty() && covers_url(wide.url, narrow.url);
  }
  return same_or_all(wide.group, narrow.group) && covers_resource(wide.resource, narrow.resource) &&
         (wide.name.empty() || wide.name == narrow.name);
}

void RbacState::put(const Json& object) {
  const std::string kind = object.string_or("/kind", "");
  std::vector<Json>& list = kind == "ClusterRole"          ? cluster_roles
                            : kind == "Role"               ? roles
                            : kind == "ClusterRoleBinding" ? cluster_bindings
                                                           : bindings;
  const Json* there = find_role(
      list, object.string_or("/metadata/namespace", ""), object.string_or("/metadata/name", ""));
  if (there == nullptr) {
    list.push_back(object);
  } else {
    list[static_cast<std::size_t>(there - list.data())] = object;
  }
}

std::vector<Grant> grants_of_binding(const RbacState& state, const Json& binding) {
  const std::string name = binding.string_or("/roleRef/name", "");
  const bool cluster = binding.string_or("/roleRef/kind", "") == "ClusterRole";
  const Json* role =
      cluster ? find_role(state.cluster_roles, "", name)
              : find_role(state.roles, binding.string_or("/metadata/namespace", ""), name);
  return role == nullptr ? std::vector<Grant>() : grants_of_role(state, *role);
}

std::vector<RbacShift> shifts_between(const RbacState& before, const RbacState& after) {
  const Holdings had = holdings_of(before);
  const Holdings has = holdings_of(after);
  std::vector<RbacShift> shifts;
  for (const auto& [subject, ns] : places_of(had, has)) {
    const Grants& had_all = grants_in(had, subject, "");
    const Grants& has_all = grants_in(has, subject, "");
    const Grants& had_here = grants_in(had, subject, ns);
    const Grants& has_here = grants_in(has, subject, ns);
    RbacShift shift{.subject = subject, .ns = ns, .gains = {}, .loses = {}};
    if (ns.empty()) {
      shift.gains = beyond(has_here, {&had_here});
      shift.loses = beyond(had_here, {&has_here});
    } else {
      shift.gains = beyond(has_here, {&had_here, &had_all, &has_all});
      shift.loses = beyond(had_here, {&has_here, &has_all, &had_all});
    }
    if (!shift.gains.empty() || !shift.loses.empty()) {
      shifts.push_back(std::move(shift));
    }
  }
  return shifts;
}

std::string text_of_grants(const std::vector<Grant>& grants) {
  std::map<std::string, std::vector<std::string>> verbs;
  for (const Grant& grant : grants) {
    std::vector<std::string>& list = verbs[grant.target()];
    if (std::ranges::find(list, grant.verb) == list.end()) {
      list.push_back(grant.verb);
    }
  }
  std::string text;
  for (const auto& [target, list] : verbs) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", base::join(list, ", "), target);
  }
  return base::printable(text);
}

}  // namespace cfkops::actions
