#pragma once

#include "subject.hpp"

#include "cfkops/base/json.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/placement/placement.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// A Deployment, StatefulSet or DaemonSet, as it was read.
struct Workload {
  kube::Resource resource;
  kube::Object object;

  [[nodiscard]] std::int64_t replicas() const { return object.json().int_or("/spec/replicas", 1); }

  /// Its pods' labels, as a query.
  [[nodiscard]] std::string selector() const {
    return kube::selector_text(object.json().get("/spec/selector"));
  }

  [[nodiscard]] kube::AccessQuestion may(const std::string& verb,
                                         const std::string& subresource = {}) const;
};

/// The workload that the argument `workload`, a resolved reference, means. Errors: NotFound;
/// Refused where another one has its name now.
[[nodiscard]] Result<Workload> read_workload(kube::Reader& reader,
                                             const engine::Arguments& arguments);

/// What the argument `workload` refers to, without looking at it. Pure.
[[nodiscard]] Subject subject_of_workload(const engine::Arguments& arguments);

/// The argument `workload`, of what has replicas.
[[nodiscard]] runbook::ArgumentSpec workload_argument();

/// The same of all that is rolled out: DaemonSets too.
[[nodiscard]] runbook::ArgumentSpec rolled_workload_argument();

/// The names of the autoscalers that set the replicas of this workload. Errors: those of listing; a
/// server that serves no such kind has none.
[[nodiscard]] Result<std::vector<std::string>> autoscalers_of(kube::Reader& reader,
                                                              const Workload& workload);

/// Why a person must not set the number of its replicas, and what to do instead; nothing where one
/// may. Pure.
[[nodiscard]] std::optional<Error> scale_objection(const Workload& workload,
                                                   const std::vector<std::string>& autoscalers,
                                                   std::int64_t replicas);

/// What will set `what` ("the number") again, by the marks that such programs leave: Helm, Argo CD,
/// Flux. One sentence each. Pure.
[[nodiscard]] std::vector<std::string> who_may_set_back(const kube::Object& object,
                                                        std::string_view what);

/// The pods that a larger number of replicas adds, as the controller and the server will make them:
/// like the newest of those that it has in `view` where there is one, else by its template. Claims
/// of a set that are there already, from when it had more pods, stay claims; new ones are
/// `ephemeral` volumes. Pure.
[[nodiscard]] std::vector<Json> added_pods(const Workload& workload,
                                           std::int64_t replicas,
                                           const placement::View& view);

}  // namespace cfkops::actions
