#pragma once

#include "registry.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cfkops::sandbox {

inline constexpr const char* kRevisionAnnotation = "deployment.kubernetes.io/revision";

/// How many pods a deployment may have more than it wants, and how many fewer; 0 where it does not
/// roll.
[[nodiscard]] std::int64_t max_surge(const Value& deployment);
[[nodiscard]] std::int64_t max_unavailable(const Value& deployment);

/// spec.replicas or another number, over all of them.
[[nodiscard]] std::int64_t sum_of(const std::vector<Shared>& sets, Path number);

/// The ReplicaSets of a deployment, in the order of their age.
class DeploymentSets {
 public:
  /// Both borrowed. Claims them.
  DeploymentSets(Registry& registry, const Value& deployment);

  [[nodiscard]] const std::vector<Shared>& all() const { return all_; }

  /// That of the present template; null where there is none yet.
  [[nodiscard]] Shared newest() const;

  /// All others, and those of them that want pods.
  [[nodiscard]] std::vector<Shared> old() const;
  [[nodiscard]] std::vector<Shared> active_old() const;

  /// Gives the newest its revision and the deployment's annotations. Makes it where it is missing
  /// and `create` holds. Says whether it was made; refused as the API server refuses it.
  enum class Missing { Leave, Create };
  Answer<bool> sync_newest(Missing missing);

  /// The size that the newest may grow to now.
  [[nodiscard]] std::int64_t newest_size() const;

  /// Sets the size; whether something changed.
  bool scale(const Value& set, std::int64_t replicas);

  /// Removes old ones that are empty, down to spec.revisionHistoryLimit.
  void clean_up();

  /// A pod of an old one is still there.
  [[nodiscard]] bool old_pods_run() const;

 private:
  void load();
  Answer<bool> create();
  void annotate(const std::string& revision);
  [[nodiscard]] std::int64_t next_revision() const;

  Registry& registry_;
  const Value& deployment_;
  const Kind& kind_;
  std::vector<Shared> all_;
};

}  // namespace cfkops::sandbox
