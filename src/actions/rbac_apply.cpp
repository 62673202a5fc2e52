#include "kinds.hpp"
#include "manifest_action.hpp"
#include "object_form.hpp"
#include "rbac_grants.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <map>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;

constexpr const char* kGroup = "rbac.authorization.k8s.io";

kube::Resource rbac_resource(const std::string& plural, const std::string& kind) {
  return {kGroup, "v1", plural, kind, !kind.starts_with("Cluster")};
}

runbook::ActionSpec make_spec(std::vector<runbook::ArgumentSpec> arguments,
                              std::vector<runbook::OutputSpec> outputs) {
  const Type texts = Type::list_of(Type::of(Type::Kind::String));
  runbook::ActionSpec spec{
      .name = "rbac.apply",
      .summary = "applies roles and bindings, and says what each subject gains and loses"};
  spec.arguments = std::move(arguments);
  spec.outputs = std::move(outputs);
  spec.outputs.push_back({"gains", texts, "what subjects may do now, a line for each"});
  spec.outputs.push_back({"loses", texts, "what they may not do any more"});
  spec.effect = runbook::Effect::Idempotent;
  for (const char* verb : {"get", "list", "create", "update", "patch", "delete"}) {
    spec.permissions.push_back({verb, "roles, rolebindings, clusterroles, clusterrolebindings"});
  }
  spec.example =
      "- id: roles\n"
      "  do: rbac.apply\n"
      "  with: {file: roles.yaml, namespace: shop}\n";
  return spec;
}

/// The namespaces whose roles and bindings the file may change the meaning of; {""}: all.
std::set<std::string> namespaces_of(const ManifestLook& look) {
  std::set<std::string> namespaces;
  for (const WantedObject& wanted : look.wanted) {
    if (wanted.resource.kind == "ClusterRole") {
      return {""};
    }
    if (wanted.resource.namespaced) {
      namespaces.insert(wanted.ns);
    }
  }
  return namespaces;
}

Result<std::vector<Json>> list_all(kube::Reader& reader,
                                   const kube::Resource& resource,
                                   const std::set<std::string>& namespaces) {
  std::vector<Json> objects;
  for (const std::string& ns : namespaces) {
    auto listed = reader.list(resource, ns);
    if (!listed) {
      return std::move(listed).error().in("what subjects gain and lose cannot be told");
    }
    for (const kube::Object& object : listed->items) {
      objects.push_back(object.json());
    }
  }
  return objects;
}

Result<RbacState> read_state(kube::Reader& reader, const std::set<std::string>& namespaces) {
  RbacState state;
  CFKOPS_ASSIGN(state.cluster_roles,
                list_all(reader, rbac_resource("clusterroles", "ClusterRole"), {""}));
  CFKOPS_ASSIGN(state.cluster_bindings,
                list_all(reader, rbac_resource("clusterrolebindings", "ClusterRoleBinding"), {""}));
  CFKOPS_ASSIGN(state.roles, list_all(reader, rbac_resource("roles", "Role"), namespaces));
  CFKOPS_ASSIGN(state.bindings,
                list_all(reader, rbac_resource("rolebindings", "RoleBinding"), namespaces));
  return state;
}

std::vector<kube::AccessQuestion> listing(const std::set<std::string>& namespaces) {
  std::vector<kube::AccessQuestion> questions;
  const auto add = [&questions](const kube::Resource& resource, const std::string& ns) {
    questions.push_back(Subject{resource, ns, {}}.may("list"));
  };
  add(rbac_resource("clusterroles", "ClusterRole"), "");
  add(rbac_resource("clusterrolebindings", "ClusterRoleBinding"), "");
  for (const std::string& ns : namespaces) {
    add(rbac_resource("roles", "Role"), ns);
    add(rbac_resource("rolebindings", "RoleBinding"), ns);
  }
  return questions;
}

/// Whether we may give away what the file gives away. The API server asks the same; it is asked
/// here before anything is touched, and names what is missing.
class Escalation {
 public:
  explicit Escalation(kube::Reader& reader)
      : reader_(reader) {}

  /// What of these grants we do not hold, unless we may `verb` (escalate, bind) that role all the
  /// same.
  Status look(const std::string& what,
              const std::vector<Grant>& grants,
              const std::string& ns,
              const kube::AccessQuestion& all_the_same) {
    CFKOPS_ASSIGN(const bool allowed, may(all_the_same));
    if (allowed) {
      free_.push_back(fmt::format(
          "{}: you may {}, and need not hold what it gives", what, all_the_same.text()));
      return {};
    }
    std::vector<Grant> missing;
    for (const Grant& grant : grants) {
      CFKOPS_ASSIGN(const bool held, holds(grant, ns));
      if (!held) {
        missing.push_back(grant);
      }
    }
    if (!missing.empty()) {
      refused_.push_back(
          fmt::format("{} gives what you do not hold{}: {}; it takes the right to {}",
                      what,
                      ns.empty() ? "" : " in namespace " + ns,
                      text_of_grants(missing),
                      all_the_same.text()));
    }
    return {};
  }

  [[nodiscard]] std::vector<std::string> refused() const { return refused_; }

  [[nodiscard]] std::vector<std::string> free() const { return free_; }

 private:
  /// Of paths of the server only it can say; it does when it is asked for the role.
  Result<bool> holds(const Grant& grant, const std::string& ns) {
    if (!grant.url.empty()) {
      return true;
    }
    const std::size_t slash = grant.resource.find('/');
    kube::Resource resource{grant.group, "*", grant.resource.substr(0, slash), "", true};
    return may({.verb = grant.verb,
                .resource = std::move(resource),
                .subresource = slash == std::string::npos ? "" : grant.resource.substr(slash + 1),
                .ns = ns,
                .name = grant.name});
  }

  Result<bool> may(const kube::AccessQuestion& question) {
    const std::string key = question.text() + " " + question.name;
    const auto known = known_.find(key);
    if (known != known_.end()) {
      return known->second;
    }
    CFKOPS_ASSIGN(const kube::Access access, reader_.can_i(question));
    known_[key] = access == kube::Access::Allowed;
    return access == kube::Access::Allowed;
  }

  kube::Reader& reader_;
  std::map<std::string, bool> known_;
  std::vector<std::string> refused_;
  std::vector<std::string> free_;
};

/// The right to bind the role that a binding refers to.
kube::AccessQuestion binding_right(const Json& binding) {
  const bool cluster = binding.string_or("/roleRef/kind", "") == "ClusterRole";
  const Subject role{
      cluster ? rbac_resource("clusterroles", "ClusterRole") : rbac_resource("roles", "Role"),
      binding.string_or("/metadata/namespace", ""),
      binding.string_or("/roleRef/name", "")};
  return role.may("bind");
}

Status look_for_escalation(const ManifestLook& look,
                           const RbacState& after,
                           Escalation& escalation) {
  for (std::size_t i = 0; i < look.wanted.size(); ++i) {
    const WantedObject& wanted = look.wanted[i];
    if (!look.judged[i].writes()) {
      continue;
    }
    const Json& object = look.judged[i].after();
    if (wanted.resource.kind.ends_with("Binding")) {
      CFKOPS_TRY(escalation.look(text_of(wanted.body),
                                 grants_of_binding(after, object),
                                 wanted.ns,
                                 binding_right(object)));
      continue;
    }
    const Subject subject{wanted.resource, wanted.ns, object.string_or("/metadata/name", "")};
    CFKOPS_TRY(escalation.look(
        text_of(wanted.body), grants_of(object.get("/rules")), wanted.ns, subject.may("escalate")));
  }
  return {};
}

std::string place_text(const RbacShift& shift) {
  return shift.ns.empty() ? " in the whole cluster: " : " in namespace " + shift.ns + ": ";
}

/// How the API server and roles name whoever asks.
std::set<std::string> names_of(const kube::Identity& identity) {
  std::set<std::string> names = {"user " + identity.user};
  for (const std::string& group : identity.groups) {
    names.insert("group " + group);
  }
  const std::vector<std::string> parts = base::split(identity.user, ':');
  if (parts.size() == 4 && parts[0] == "system" && parts[1] == "serviceaccount") {
    names.insert(fmt::format("serviceaccount {}/{}", parts[2], parts[3]));
  }
  return names;
}

void tell_shifts(const std::vector<RbacShift>& shifts,
                 const std::set<std::string>& ourselves,
                 ManifestVerdict& verdict) {
  runbook::ValueList gains;
  runbook::ValueList loses;
  for (const RbacShift& shift : shifts) {
    if (!shift.gains.empty()) {
      verdict.notes.push_back(fmt::format(
          "{} gains{}{}", shift.subject, place_text(shift), text_of_grants(shift.gains)));
      gains.emplace_back(verdict.notes.back());
    }
    if (!shift.loses.empty()) {
      const bool own = ourselves.contains(shift.subject);
      std::string line = fmt::format(
          "{} loses{}{}", shift.subject, place_text(shift), text_of_grants(shift.loses));
      loses.emplace_back(line);
      verdict.disruption.push_back(own ? line + " (that is you)" : std::move(line));
    }
  }
  if (shifts.empty()) {
    verdict.notes.emplace_back("nobody gains or loses anything by it");
  }
  verdict.outputs["gains"] = std::move(gains);
  verdict.outputs["loses"] = std::move(loses);
}

class RbacApply final : public ManifestAction {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec(common_arguments(), common_outputs());
    return kSpec;
  }

 private:
  [[nodiscard]] std::vector<std::string> kinds() const override {
    return {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"};
  }

  [[nodiscard]] Result<ManifestVerdict> examine(const engine::Context& /*context*/,
                                                kube::Reader& reader,
                                                const engine::Arguments& /*arguments*/,
                                                const ManifestLook& look) const override {
    const std::set<std::string> namespaces = namespaces_of(look);
    CFKOPS_ASSIGN(const RbacState before, read_state(reader, namespaces));
    RbacState after = before;
    for (const JudgedObject& judged : look.judged) {
      if (judged.writes()) {
        after.put(judged.after());
      }
    }
    Escalation escalation(reader);
    CFKOPS_TRY(look_for_escalation(look, after, escalation));
    const Result<kube::Identity> identity = reader.who_am_i();
    ManifestVerdict verdict;
    tell_shifts(shifts_between(before, after),
                identity ? names_of(*identity) : std::set<std::string>(),
                verdict);
    const std::vector<std::string> free = escalation.free();
    verdict.notes.insert(verdict.notes.end(), free.begin(), free.end());
    verdict.refused = escalation.refused();
    verdict.permissions = listing(namespaces);
    return verdict;
  }
};

}  // namespace

const engine::Action& rbac_apply() {
  static const RbacApply kAction;
  return kAction;
}

}  // namespace cfkops::actions
