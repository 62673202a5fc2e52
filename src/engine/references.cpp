#include "references.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

std::string member_of(const RefCandidate& candidate, const std::string& name) {
  const auto member = candidate.value.find(name);
  return member == candidate.value.end() ? "" : member->second.text();
}

bool claimed(const std::vector<RefCandidate>& all, const std::string& uid) {
  return !uid.empty() && std::any_of(all.begin(), all.end(), [&](const RefCandidate& other) {
    return member_of(other, "uid") == uid;
  });
}

/// Whether objects of this kind lie in namespaces; a node does not.
bool is_namespaced(const std::string& kind) {
  const kube::Resource* resource = kube::find_builtin(kind);
  return resource == nullptr || resource->namespaced;
}

/// " in namespace confluent", unless none of the kinds lies in namespaces.
std::string place_of(const runbook::Type& type, const Site& site) {
  return std::any_of(type.names.begin(), type.names.end(), is_namespaced)
             ? " in namespace " + site.ns
             : "";
}

/// The objects of all the kinds that the reference may have, each once: an object that two kinds
/// claim belongs to the kind named first.
Result<std::vector<RefCandidate>> candidates_of(const runbook::Type& type, const Site& site) {
  std::vector<RefCandidate> all;
  for (const std::string& kind : type.names) {
    const RefSource* source = site.catalogue.ref(kind);
    if (source == nullptr) {
      return make_error(ErrorCode::InvalidInput, "no way is known to find objects of kind " + kind);
    }
    if (site.looked_for != nullptr) {
      site.looked_for->insert(kind);
    }
    auto found = source->find(site.reader, site.ns);
    if (!found) {
      return std::move(found).error().in("look for " + kind +
                                         (is_namespaced(kind) ? " in namespace " + site.ns : ""));
    }
    for (RefCandidate& candidate : *found) {
      if (!claimed(all, member_of(candidate, "uid"))) {
        all.push_back(std::move(candidate));
      }
    }
  }
  return all;
}

std::vector<std::string> shown(const std::vector<RefCandidate>& candidates) {
  std::vector<std::string> texts;
  texts.reserve(candidates.size());
  for (const RefCandidate& candidate : candidates) {
    texts.push_back(candidate.texts.empty() ? "?" : candidate.texts.front());
  }
  return texts;
}

/// Each of its texts may have its namespace before it: "confluent/statefulset/kafka".
bool means(const RefCandidate& candidate, const std::string& text) {
  const std::string wanted = base::lower(text);
  const std::string prefix = base::lower(member_of(candidate, "namespace")) + "/";
  return std::any_of(candidate.texts.begin(), candidate.texts.end(), [&](const std::string& one) {
    return base::lower(one) == wanted || prefix + base::lower(one) == wanted;
  });
}

std::string choice(const Reference& reference, const std::vector<RefCandidate>& candidates) {
  std::vector<std::string> ways;
  for (const std::string& text : shown(candidates)) {
    ways.push_back(reference.how + text);
  }
  return "choose one: " + base::join(ways, ", ");
}

Error no_candidate(const Reference& reference, const std::string& kinds, const std::string& place) {
  return make_error(
      ErrorCode::InvalidInput,
      reference.name + ": there is no " + kinds + place,
      place.empty() ? "check that the context is the right one"
                    : "name the namespace it is in with --namespace, and check that the context is "
                      "the right one");
}

Error no_match(const Reference& reference,
               const std::string& kinds,
               const std::vector<RefCandidate>& all,
               const std::string& place) {
  std::vector<std::string> texts;
  for (const RefCandidate& candidate : all) {
    texts.insert(texts.end(), candidate.texts.begin(), candidate.texts.end());
  }
  const std::string text = reference.text.value_or("");
  return make_error(ErrorCode::InvalidInput,
                    reference.name + ": no " + kinds + " named '" + text + "'" + place +
                        base::did_you_mean(text, texts),
                    choice(reference, all));
}

}  // namespace

Result<runbook::Value> resolve_reference(const Reference& reference,
                                         const runbook::Type& type,
                                         const Site& site) {
  CFKOPS_ASSIGN(const std::vector<RefCandidate> all, candidates_of(type, site));
  const std::string kinds = base::join(type.names, " or ");
  const std::string place = place_of(type, site);
  if (all.empty()) {
    return no_candidate(reference, kinds, place);
  }
  std::vector<RefCandidate> meant = all;
  if (reference.text) {
    std::erase_if(meant, [&](const RefCandidate& one) { return !means(one, *reference.text); });
  }
  if (meant.empty()) {
    return no_match(reference, kinds, all, place);
  }
  if (meant.size() == 1) {
    return runbook::Value(meant.front().value);
  }
  const std::string which =
      reference.text ? "'" + *reference.text + "' means " : std::string("there are ");
  return make_error(ErrorCode::InvalidInput,
                    reference.name + ": " + which + std::to_string(meant.size()) +
                        " objects of kind " + kinds + place + ": " + base::join(shown(meant), ", "),
                    choice(reference, meant));
}

Result<runbook::Value> resolve_references(const runbook::Value& value,
                                          const runbook::Type& type,
                                          const Reference& like,
                                          const Site& site) {
  if (type.kind == runbook::Type::Kind::Ref) {
    const auto* text = value.as<std::string>();
    if (text == nullptr) {
      return value;
    }
    return resolve_reference({.name = like.name, .text = *text, .how = like.how}, type, site);
  }
  if (type.kind == runbook::Type::Kind::List && value.list() != nullptr) {
    runbook::ValueList resolved;
    for (const runbook::Value& item : *value.list()) {
      CFKOPS_ASSIGN(runbook::Value one, resolve_references(item, type.element(), like, site));
      resolved.push_back(std::move(one));
    }
    return runbook::Value(std::move(resolved));
  }
  return value;
}

}  // namespace cfkops::engine
