#include "controllers/revisions.hpp"

#include "controllers/controller.hpp"
#include "controllers/pods.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

// DaemonSets mark their pods with the hash alone, and their revisions like their pods.
const char* hash_label(const Value& set) {
  return text_at(set, {"kind"}) == "DaemonSet" ? "controller-revision-hash"
                                               : "controller.kubernetes.io/hash";
}

Value data_of(const Value& set) {
  Value pod_template = object_at(set, {"spec", "template"});
  pod_template["$patch"] = "replace";
  return {{"spec", {{"template", std::move(pod_template)}}}};
}

/// Whether these are the data of that set, as `data_of` makes them.
bool are_data_of(const Value& data, const Value& set) {
  const Value& spec = object_at(data, {"spec"});
  const Value& kept = object_at(spec, {"template"});
  const Value& wanted = object_at(set, {"spec", "template"});
  const Value* patch = find(kept, {"$patch"});
  return data.size() == 1 && spec.size() == 1 && kept.size() == wanted.size() + 1 &&
         patch != nullptr && *patch == "replace" &&
         std::ranges::all_of(wanted.items(), [&kept](const auto& member) {
           const auto found = kept.find(member.key());
           return found != kept.end() && *found == member.value();
         });
}

}  // namespace

Revisions::Revisions(Registry& registry, const Value& set)
    : registry_(registry),
      set_(set),
      kind_(kind_for(registry, "apps/v1", "ControllerRevision")) {
  load();
}

void Revisions::load() {
  all_ = claim_dependents(registry_, kind_, set_);
  std::ranges::stable_sort(
      all_, {}, [](const Shared& one) { return number_at(*one, {"revision"}); });
}

Shared Revisions::named(const std::string& name) const {
  const auto found =
      std::ranges::find_if(all_, [&name](const Shared& one) { return name_of(*one) == name; });
  return found == all_.end() ? nullptr : *found;
}

Shared Revisions::update() {
  const std::int64_t last = all_.empty() ? 0 : number_at(*all_.back(), {"revision"});
  const auto equal = std::find_if(all_.rbegin(), all_.rend(), [this](const Shared& one) {
    return are_data_of(object_at(*one, {"data"}), set_);
  });
  if (equal == all_.rend()) {
    return create(data_of(set_), last + 1);
  }
  if (equal == all_.rbegin()) {
    return *equal;
  }
  // A template that was there before: its revision becomes the newest.
  const std::string name = name_of(**equal);
  static_cast<void>(registry_.update(
      kind_,
      namespace_of(set_),
      name,
      [last](const Shared& current) -> Answer<Value> {
        Value fresh = *current;
        fresh["revision"] = last + 1;
        return fresh;
      },
      as_controller(kControllerManager)));
  load();
  return named(name);
}

Shared Revisions::create(const Value& data, std::int64_t number) {
  const std::string hash = safe_hash(data.dump());
  const std::string name = name_of(set_) + "-" + hash;
  Value labels = object_at(set_, {"spec", "template", "metadata", "labels"});
  labels[hash_label(set_)] = hash;
  Value revision = {{"apiVersion", "apps/v1"},
                    {"kind", "ControllerRevision"},
                    {"metadata",
                     {{"name", name},
                      {"labels", std::move(labels)},
                      {"ownerReferences", Value::array({controller_ref(set_)})}}},
                    {"data", data},
                    {"revision", number}};
  const Answer<Shared> made = create_for(registry_, kind_, set_, std::move(revision));
  load();
  return made ? *made : named(name);
}

void Revisions::truncate(const std::vector<std::string>& live) {
  std::vector<Shared> old;
  for (const Shared& one : all_) {
    if (std::ranges::find(live, name_of(*one)) == live.end()) {
      old.push_back(one);
    }
  }
  const auto limit = static_cast<std::size_t>(
      std::max<std::int64_t>(0, number_at(set_, {"spec", "revisionHistoryLimit"}, 10)));
  for (std::size_t index = 0; index + limit < old.size(); ++index) {
    delete_object(registry_, kind_, *old[index]);
  }
}

Value template_of(const Value& revision) {
  Value pod_template = object_at(revision, {"data", "spec", "template"});
  erase_at(pod_template, {"$patch"});
  return pod_template;
}

}  // namespace cfkops::sandbox
