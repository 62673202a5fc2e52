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

/// Namespace and name of an object within its bucket, looked up by views too.
struct NamespacedName {
  std::string ns;
  std::string name;
};

struct ByNamespacedName {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name

  template <class One, class Other>
  bool operator()(const One& one, const Other& other) const {
    const int order = std::string_view(one.ns).compare(other.ns);
    return order != 0 ? order < 0 : std::string_view(one.name).compare(other.name) < 0;
  }
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
  [[nodiscard]] Shared get(std::string_view bucket,
                           std::string_view ns,
                           std::string_view name) const;

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

  /// What is forgotten from now on stays in memory: for a process that is the copy of another, and
  /// would first make copies of all that it frees.
  void keep_forgotten() { keeps_forgotten_ = true; }

  /// Called after every change, in the order of registration. Listeners may not write.
  void listen(Listener listener);

 private:
  void record(Change change);

  std::uint64_t revision_ = 1;
  std::uint64_t oldest_ = 1;
  std::map<std::string, std::map<NamespacedName, Shared, ByNamespacedName>, std::less<>> buckets_;
  std::deque<Change> history_;
  std::vector<Change> forgotten_;
  bool keeps_forgotten_ = false;
  std::vector<Listener> listeners_;
};

}  // namespace cfkops::sandbox
