#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/resource.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::kube {

class Reader;
struct ListOptions;

/// What happened to one object since the last look.
struct WatchEvent {
  /// What happened.
  enum class Type { Added, Modified, Deleted };

  Type type = Type::Added;
  Object object;  ///< for Deleted the last known state
};

/// The objects of one collection, kept up to date: lists, watches from there with bookmarks,
/// resumes after a normal end, relists after 410 (reporting the differences as events), backs off
/// between failures. A watch is a hint: before a destructive act, read again.
///
/// Borrows the reader, which must outlive it. One thread.
class Watch {
 public:
  Watch(Reader& reader, Resource resource, std::string ns, const ListOptions& options);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

  /// The next events; waits for the first of them until `deadline` and returns none when it passes.
  /// The first call delivers what exists as Added. While the server cannot be reached it keeps
  /// trying; errors: what will not heal by waiting (Forbidden, NotFound, Unauthorized, Invalid,
  /// Tls), Cancelled.
  [[nodiscard]] Result<std::vector<WatchEvent>> next(MonoTime deadline);

  /// The objects as last seen, by "namespace/name".
  [[nodiscard]] const std::map<std::string, Object>& objects() const;

  /// Why the watch is not connected just now, or "".
  [[nodiscard]] std::string trouble() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cfkops::kube
