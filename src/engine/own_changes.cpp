#include "own_changes.hpp"

#include "cfkops/engine/journal.hpp"

#include <algorithm>

namespace cfkops::engine {
namespace {

/// A command in a pod, or a port of it, leaves the pod as it is.
bool changes_object(const SentMutation& sent) {
  return sent.fate != Fate::NotApplied && sent.mutation.verb != "exec" &&
         sent.mutation.verb != "port-forward";
}

std::vector<std::string> owners_of(const Pin& pin) {
  std::vector<std::string> owners;
  for (const auto& [path, field] : pin.fields) {
    if (path.starts_with("/metadata/ownerReferences/") && path.ends_with("/uid") && field.value) {
      owners.push_back(field.value->string_or("", ""));
    }
  }
  return owners;
}

}  // namespace

OwnChanges::OwnChanges(const std::vector<SentMutation>& sent, const std::vector<Pin>& pins) {
  for (const SentMutation& one : sent) {
    if (changes_object(one)) {
      words_.insert(object_in_words(one.mutation));
      words_.insert(one.mutation.uid);
    }
  }
  words_.erase("");
  for (const Pin& pin : pins) {
    if (words_.contains(pin.text())) {
      words_.insert(pin.uid);
    }
  }
  while (add_owned(pins)) {
  }
}

/// Whether there was any that was not known yet.
bool OwnChanges::add_owned(const std::vector<Pin>& pins) {
  bool more = false;
  for (const Pin& pin : pins) {
    const std::vector<std::string> owners = owners_of(pin);
    const bool owned = std::ranges::any_of(
        owners, [this](const std::string& owner) { return words_.contains(owner); });
    if (owned && !words_.contains(pin.uid)) {
      words_.insert(pin.uid);
      words_.insert(pin.text());
      more = true;
    }
  }
  return more;
}

bool OwnChanges::has(const Pin& pin) const {
  return words_.contains(pin.uid) || words_.contains(pin.text());
}

bool OwnChanges::touched_by(const Json& change) const {
  return words_.contains(change.string_or("/uid", "")) ||
         words_.contains(change.string_or("/object", ""));
}

}  // namespace cfkops::engine
