#pragma once

#include "value.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

/// Where an object lies: "pods", "statefulsets.apps" (the group-resource of its storage version),
/// namespace ("" for cluster-scoped kinds) and name.
struct Key {
  std::string bucket;
  std::string ns;
  std::string name;

  friend auto operator<=>(const Key&, const Key&) = default;  // NOLINT(modernize-use-nullptr)
};

/// One change. `object` is the state after it, of a deletion the last state with the deletion's
/// version; `before` is null for what was added.
struct Change {
  enum class Type { Added, Modified, Deleted };

  Type type = Type::Added;
  std::uint64_t revision = 0;
  Key key;
  Shared object;
  Shared before;
};

/// The objects of a cluster with one counter of revisions over all of them, like etcd's. Stored
/// objects carry metadata.resourceVersion. One thread.
class Store {
 public:
  using Listener = std::function<void(const Change&)>;

  /// The revision of the last change.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  /// null where there is none.
  [[nodiscard]] Shared get(const Key& key) const;

  /// By namespace and name; `ns` empty means all.
  [[nodiscard]] std::vector<Shared> list(std::string_view bucket, std::string_view ns = {}) const;

  /// As it was after that revision; none where that is forgotten.
  [[nodiscard]] std::optional<std::vector<Shared>> list_at(std::string_view bucket,
                                                           std::string_view ns,
                                                           std::uint64_t revision) const;

  /// Adds or replaces. Gives the object its resourceVersion and returns what was stored.
  Shared put(const Key& key, Value object);

  /// Removes it; the change carries the last state with the version of the deletion, which is
  /// returned. null where there was none.
  Shared remove(const Key& key);

  /// The changes after that revision in order; none where some are forgotten.
  [[nodiscard]] std::optional<std::vector<Change>> since(std::uint64_t revision) const;

  /// The oldest revision that `since` and `list_at` know.
  [[nodiscard]] std::uint64_t oldest() const { return oldest_; }

  /// Forgets the past, up to that revision.
  void compact(std::uint64_t revision);

  /// Called after every change, in the order of registration. Listeners may not write.
  void listen(Listener listener);

 private:
  void record(Change change);

  std::uint64_t revision_ = 1;
  std::uint64_t oldest_ = 1;
  std::map<std::string, std::map<std::pair<std::string, std::string>, Shared>, std::less<>>
      buckets_;
  std::deque<Change> history_;
  std::vector<Listener> listeners_;
};

}  // namespace cfkops::sandbox
