#pragma once

#include "kafka_mark.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"

#include <optional>
#include <string>

namespace cfkops::actions {

/// Writes the mark of one roll and takes it away again. Its requests stand aside in the journal, as
/// those of locks do: they are no part of what the step has changed, no guard has a say in them,
/// and what became of one is read from the Lease and not asked of a person. Each has uid and
/// resourceVersion as its precondition, or makes a new Lease, so that no other run's mark is
/// overwritten unseen; none leaves without the run's locks. Borrows all but the mark.
class MarkKeeper {
 public:
  MarkKeeper(const engine::Context& context, kube::Client& client, const KafkaCluster& cluster)
      : context_(context),
        client_(client),
        cluster_(cluster) {}

  /// `wanted` is to stand in the place of `found`, or where nothing is. Sends nothing.
  void want(RollMark wanted, const std::optional<FoundMark>& found);

  /// Writes it unless it stands there. Errors: Refused where another run has marked a roll of this
  /// Kafka since `found` was read; Conflict where trying again may help; those of writing.
  [[nodiscard]] Status ensure();

  /// Takes it away if it is this run's. Errors: those of deleting.
  [[nodiscard]] Status remove();

  /// There is one of this run, as far as we know.
  [[nodiscard]] bool stands() const;

 private:
  [[nodiscard]] Status write();
  [[nodiscard]] Status look_after(Error error);
  void adopt(std::optional<FoundMark> found);
  [[nodiscard]] bool is_strange(const RollMark& mark) const;

  const engine::Context& context_;
  kube::Client& client_;
  const KafkaCluster& cluster_;
  RollMark wanted_;
  std::optional<FoundMark> found_;
  bool written_ = false;  ///< it stands there as it is wanted
};

}  // namespace cfkops::actions
