#pragma once

#include "registry.hpp"

#include <string_view>

namespace cfkops::sandbox {

/// What is about to be written. `old` is null for a create.
struct Admitted {
  const Kind& kind;
  std::string_view ns;
  std::string_view name;
  std::string_view subresource;
  const Caller& caller;
  const Value* old;
};

/// The plugins that the API server has on by default, as far as our kinds meet them: what they fill
/// in (service account and its volume, tolerations, priority, default storage class, limit ranges)
/// and what they refuse (a namespace that is not there or goes, a missing service account).
/// Sources: k8s.io/kubernetes plugin/pkg/admission, apiserver pkg/admission/plugin.
[[nodiscard]] Answer<void> admit(Registry& registry, const Admitted& about, Value& object);

/// What they say to the finished object: limit ranges, quotas (counted unless `dry_run`), and what
/// a delete of a protected namespace is told (object null).
[[nodiscard]] Answer<void> admit_finished(Registry& registry,
                                          const Admitted& about,
                                          const Value& object,
                                          bool dry_run);

/// Names the default storage class in a claim that names none; false where it stays as it is.
bool give_default_class(const Registry& registry, Value& claim);

/// Whether a delete may begin.
[[nodiscard]] Answer<void> admit_delete(Registry& registry, const Admitted& about);

}  // namespace cfkops::sandbox
