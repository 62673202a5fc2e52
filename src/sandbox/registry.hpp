#pragma once

#include "caller.hpp"
#include "kind.hpp"
#include "kind_table.hpp"
#include "random.hpp"
#include "refusal.hpp"
#include "store.hpp"
#include "timeline.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// How a write is done.
struct WriteOptions {
  Caller caller = {};
  /// fieldManager; "" means what stands before the slash of the caller's agent.
  std::string manager = {};
  std::string subresource = {};
  bool dry_run = false;
  /// What the managed fields record: "Update" or "Apply".
  std::string operation = "Update";
  /// Gives warnings for the answer's headers, if not null.
  std::vector<std::string>* warnings = nullptr;
};

/// What an update did.
struct Written {
  Shared object;         ///< as the kind's version shows it
  bool created = false;  ///< an upsert made it
};

/// What a delete did: the last state where it is gone, else the marked one.
struct Removed {
  Shared object;
  bool gone = false;
};

/// Makes the new state from the current one, as the kind's version shows it; null where an upsert
/// finds none. Refusing ends the write.
using Transform = std::function<Answer<Value>(const Shared& current)>;

/// The rules of reading and writing objects, for requests and controllers alike: what stands in
/// apiserver pkg/registry/generic/registry/store.go and pkg/registry/rest. One thread; nothing
/// here waits.
class Registry {
 public:
  /// All borrowed for the registry's life.
  Registry(Store& store, const KindTable& kinds, Timeline& timeline, Random& random);

  /// Errors: 404.
  [[nodiscard]] Answer<Shared> get(const Kind& kind,
                                   std::string_view ns,
                                   std::string_view name) const;

  /// By namespace and name, in the kind's version; `ns` empty means all.
  [[nodiscard]] std::vector<Shared> list(const Kind& kind, std::string_view ns = {}) const;

  /// `object` is decoded and has its kind's version; defaults, admission, metadata, validation and
  /// managed fields are done here.
  Answer<Shared> create(const Kind& kind,
                        std::string_view ns,
                        Value object,
                        const WriteOptions& options);

  /// Reads, transforms, checks and stores. Nothing is written where nothing changed.
  Answer<Written> update(const Kind& kind,
                         std::string_view ns,
                         std::string_view name,
                         const Transform& transform,
                         const WriteOptions& options);

  /// `delete_options` is a decoded DeleteOptions, or null for none.
  Answer<Removed> remove(const Kind& kind,
                         std::string_view ns,
                         std::string_view name,
                         const Value& delete_options,
                         const WriteOptions& options);

  [[nodiscard]] Store& store() { return store_; }

  [[nodiscard]] const Store& store() const { return store_; }

  [[nodiscard]] const KindTable& kinds() const { return kinds_; }

  [[nodiscard]] Timeline& timeline() { return timeline_; }

  [[nodiscard]] Random& random() { return random_; }

  /// "2026-11-26T07:00:00Z", as metadata has it.
  [[nodiscard]] std::string timestamp() const;

 private:
  Store& store_;
  const KindTable& kinds_;
  Timeline& timeline_;
  Random& random_;
};

}  // namespace cfkops::sandbox
