#include "store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::sandbox {

namespace {

// What is older is forgotten, as etcd's compaction does it.
constexpr std::size_t kRemembered = 100'000;

Shared with_version(Value object, std::uint64_t revision) {
  make_at(object, {"metadata", "resourceVersion"}) = std::to_string(revision);
  return share(std::move(object));
}

struct NamespacedNameView {
  std::string_view ns;
  std::string_view name;
};

bool within(std::string_view ns, const std::string& of_object) {
  return ns.empty() || ns == of_object;
}

}  // namespace

Shared Store::get(const Key& key) const {
  return get(key.bucket, key.ns, key.name);
}

Shared Store::get(std::string_view bucket_name, std::string_view ns, std::string_view name) const {
  const auto bucket = buckets_.find(bucket_name);
  if (bucket == buckets_.end()) {
    return nullptr;
  }
  const auto found = bucket->second.find(NamespacedNameView{ns, name});
  return found == bucket->second.end() ? nullptr : found->second;
}

std::vector<Shared> Store::list(std::string_view bucket, std::string_view ns) const {
  std::vector<Shared> objects;
  const auto found = buckets_.find(bucket);
  if (found == buckets_.end()) {
    return objects;
  }
  auto entry = found->second.lower_bound(NamespacedNameView{ns, {}});
  for (; entry != found->second.end() && within(ns, entry->first.ns); ++entry) {
    objects.push_back(entry->second);
  }
  return objects;
}

std::optional<std::vector<Shared>> Store::list_at(std::string_view bucket,
                                                  std::string_view ns,
                                                  std::uint64_t revision) const {
  if (revision < oldest_ || revision > revision_) {
    return std::nullopt;
  }
  std::map<NamespacedName, Shared, ByNamespacedName> objects;
  if (const auto found = buckets_.find(bucket); found != buckets_.end()) {
    objects = found->second;
  }
  auto change = history_.rbegin();
  for (; change != history_.rend() && change->revision > revision; ++change) {
    if (change->key.bucket != bucket) {
      continue;
    }
    if (change->before == nullptr) {
      objects.erase(NamespacedName{change->key.ns, change->key.name});
    } else {
      objects.insert_or_assign(NamespacedName{change->key.ns, change->key.name}, change->before);
    }
  }
  std::vector<Shared> listed;
  for (const auto& [place, object] : objects) {
    if (within(ns, place.ns)) {
      listed.push_back(object);
    }
  }
  return listed;
}

Shared Store::put(const Key& key, Value object) {
  ++revision_;
  Shared& place = buckets_[key.bucket][NamespacedName{key.ns, key.name}];
  Change change;
  change.type = place == nullptr ? Change::Type::Added : Change::Type::Modified;
  change.revision = revision_;
  change.key = key;
  change.before = place;
  change.object = with_version(std::move(object), revision_);
  place = change.object;
  Shared stored = change.object;
  record(std::move(change));
  return stored;
}

Shared Store::remove(const Key& key) {
  const auto bucket = buckets_.find(key.bucket);
  if (bucket == buckets_.end()) {
    return nullptr;
  }
  const auto found = bucket->second.find(NamespacedNameView{key.ns, key.name});
  if (found == bucket->second.end()) {
    return nullptr;
  }
  ++revision_;
  Change change;
  change.type = Change::Type::Deleted;
  change.revision = revision_;
  change.key = key;
  change.before = found->second;
  change.object = with_version(*found->second, revision_);
  bucket->second.erase(found);
  Shared last = change.object;
  record(std::move(change));
  return last;
}

std::optional<std::vector<Change>> Store::since(std::uint64_t revision) const {
  if (revision < oldest_) {
    return std::nullopt;
  }
  const auto first = std::ranges::upper_bound(history_, revision, {}, &Change::revision);
  return std::vector<Change>(first, history_.end());
}

void Store::compact(std::uint64_t revision) {
  while (!history_.empty() && history_.front().revision <= revision) {
    if (keeps_forgotten_) {
      forgotten_.push_back(std::move(history_.front()));
    }
    history_.pop_front();
  }
  oldest_ = std::max(oldest_, std::min(revision, revision_));
}

void Store::listen(Listener listener) {
  listeners_.push_back(std::move(listener));
}

void Store::record(Change change) {
  if (history_.size() == kRemembered) {
    compact(history_.front().revision);
  }
  // The history may not be touched while listeners look at the change: they may not write.
  const Change& recorded = history_.emplace_back(std::move(change));
  for (const Listener& listener : listeners_) {
    listener(recorded);
  }
}

}  // namespace cfkops::sandbox
