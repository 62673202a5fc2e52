#pragma once

#include "registry.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cfkops::sandbox {

inline constexpr const char* kRevisionLabel = "controller-revision-hash";

/// The ordinal of a pod that has the set's name; none of other pods.
[[nodiscard]] std::optional<std::int64_t> ordinal_of(const Value& set, const Value& pod);

/// The same by their names.
[[nodiscard]] std::optional<std::int64_t> ordinal_in(std::string_view set, std::string_view name);

/// The pod of an ordinal, made of a revision.
[[nodiscard]] Value stateful_pod(const Value& set, const Value& revision, std::int64_t ordinal);

/// Whose the claims of a pod are to be: by the set's retention policy, and by whether the pod is
/// one too many.
enum class PodFate { Stays, Condemned };

/// The claims of a set's pods.
class StatefulClaims {
 public:
  /// Both borrowed.
  StatefulClaims(Registry& registry, const Value& set);

  /// Makes those of an ordinal that are not there.
  void create_missing(std::int64_t ordinal) const;

  /// Gives them the owner that the retention policy wants. `pod` is stored.
  void set_owners(const Value& pod, std::int64_t ordinal, PodFate fate) const;

  /// A claim still goes with a pod that was there before.
  [[nodiscard]] bool any_stale(std::int64_t ordinal) const;

 private:
  [[nodiscard]] std::string name_for(const Value& claim_template, std::int64_t ordinal) const;
  [[nodiscard]] Value wanted_owner(const Value& pod, PodFate fate) const;

  Registry& registry_;
  const Value& set_;
  const Kind& kind_;
};

}  // namespace cfkops::sandbox
