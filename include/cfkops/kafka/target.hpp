#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kafka {

/// What a Kafka process is for.
enum class Role { Broker, Controller };

[[nodiscard]] std::string_view to_string(Role role);

/// What the API group, the labels and the annotations of CFK begin with.
constexpr std::string_view kCfkPrefix = "platform.confluent.io/";

/// CFK's resource of a Kafka cluster: kafkas.platform.confluent.io.
[[nodiscard]] const kube::Resource& kafkas();

/// The names that a StatefulSet gives its pods, by ordinal.
[[nodiscard]] std::vector<std::string> pod_names(const kube::Object& set);

/// The ordinal in the name of a StatefulSet's pod; nothing where it does not end in one.
[[nodiscard]] std::optional<std::int64_t> ordinal_of(const std::string& pod);

/// A resource of CFK that owns an object.
struct CfkOwner {
  std::string kind = {};  ///< "Kafka" or "KRaftController"
  std::string name = {};
  std::string uid = {};
};

[[nodiscard]] std::optional<CfkOwner> cfk_owner(const kube::Object& object);

/// What the pods of a StatefulSet are for, by CFK's type label on the set or on its pods, else by
/// the name of a container; nothing where it is not Kafka's.
[[nodiscard]] std::optional<Role> role_of(const kube::Object& set);

/// A Kafka cluster as Kubernetes knows it: the StatefulSet of its brokers and, where it is certain
/// which that is, the one of its KRaft controllers.
struct Target {
  std::string kind = {};  ///< "Kafka" (a custom resource of CFK) or "StatefulSet"
  std::string ns = {};
  std::string name = {};  ///< of that object
  std::string uid = {};
  std::string broker_set = {};         ///< name of the StatefulSet
  std::string controller_set = {};     ///< "" where it has none here or it is not certain which
  std::string controller_doubt = {};   ///< why controller_set is empty, and what to do about it
  bool controllers_uncertain = false;  ///< it may have some here: blocks, as all that is not known
};

/// Every Kafka cluster of a namespace: CFK's Kafka resources, and StatefulSets of brokers that are
/// not owned by one. A set is known by `role_of`; where only the name of its container says
/// `kafka`, its processes are asked, since controllers are called so as well.
/// The controllers of a cluster are those that its resource names in this namespace, else those
/// that tell the same cluster id as its brokers; other ids are another cluster's, and without an id
/// it is uncertain, as it is where another set's processes say that they are controllers of that id
/// although the set is labelled as brokers. Asks the pods (Jolokia) where no resource names the
/// controllers. Errors: those of listing; a missing Kafka CRD is none.
[[nodiscard]] Result<std::vector<Target>> find_targets(kube::Reader& reader, const std::string& ns);

/// One Kafka process.
struct Member {
  Role role = Role::Broker;
  std::string pod = {};
  std::string uid = {};
  bool ready = false;
  std::string revision = {};  ///< controller-revision-hash
  kube::Object object = {};
};

/// The pods of a StatefulSet by ordinal, those being deleted included. Errors: those of reading.
[[nodiscard]] Result<std::vector<Member>> members(kube::Reader& reader,
                                                  const std::string& ns,
                                                  const std::string& stateful_set,
                                                  Role role);

}  // namespace cfkops::kafka
