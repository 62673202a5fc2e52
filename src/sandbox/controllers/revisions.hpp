#pragma once

#include "registry.hpp"

#include <string>
#include <vector>

namespace cfkops::sandbox {

/// The templates that a set had, kept as ControllerRevisions (pkg/controller/history).
class Revisions {
 public:
  /// What the set controls, oldest first. Both borrowed.
  Revisions(Registry& registry, const Value& set);

  /// The one of the set's present template; made, or moved to the end, where it is not the last.
  [[nodiscard]] Shared update();

  /// By name; null where there is none.
  [[nodiscard]] Shared named(const std::string& name) const;

  /// Removes the oldest that `live` does not name, down to spec.revisionHistoryLimit.
  void truncate(const std::vector<std::string>& live);

 private:
  void load();
  [[nodiscard]] Shared create(const Value& data, std::int64_t number);

  Registry& registry_;
  const Value& set_;
  const Kind& kind_;
  std::vector<Shared> all_;
};

/// The template that a revision keeps.
[[nodiscard]] Value template_of(const Value& revision);

}  // namespace cfkops::sandbox
