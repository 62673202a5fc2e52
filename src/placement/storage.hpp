#pragma once

#include "model.hpp"

#include "cfkops/placement/placement.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::placement {

/// Whether a pod may go to a node.
enum class Fits { No, Maybe, Yes };

/// What a filter says of a pod and a node.
struct Finding {
  Fits fits = Fits::Yes;
  std::string why = {};  ///< of No and Maybe
};

/// A PersistentVolumeClaim.
struct Claim {
  std::string volume = {};  ///< "" while it is not bound
  std::string storage_class = {};
  bool class_given = false;
  bool deleting = false;
  bool one_pod = false;  ///< ReadWriteOncePod
  std::int64_t size = 0;
  std::vector<std::string> modes = {};
  std::string volume_mode = "Filesystem";
  LabelSelector selector = {};
};

/// A PersistentVolume.
struct Volume {
  std::string storage_class = {};
  std::string claimed_by = {};  ///< "namespace/name", or "" where it is free
  bool available = false;
  std::int64_t size = 0;
  std::vector<std::string> modes = {};
  std::string volume_mode = "Filesystem";
  Labels labels = {};
  std::optional<std::vector<NodeTerm>> reach = {};
  Disk disk = {};  ///< driver "" where nothing is attached
};

/// A StorageClass.
struct StorageClass {
  std::string provisioner = {};
  bool waits = false;  ///< WaitForFirstConsumer
  std::vector<NodeTerm> topologies = {};

  bool makes() const { return provisioner != "kubernetes.io/no-provisioner"; }
};

/// What is known of storage.
struct Storage {
  std::map<std::string, Claim> claims = {};  ///< by "namespace/name"
  std::map<std::string, Volume> volumes = {};
  std::map<std::string, StorageClass> classes = {};

  /// The disks that a running pod's node has for it.
  [[nodiscard]] std::vector<Disk> disks_of(const Pod& pod) const;
};

/// A claim that a pod brings unbound.
struct Unbound {
  std::string key = {};  ///< "namespace/name"
  Claim claim = {};
};

/// What the volumes of a pod's copy ask of a node.
struct VolumeNeeds {
  std::vector<Volume> bound = {};
  std::vector<Unbound> unbound = {};
  std::vector<std::string> one_pod = {};  ///< keys of claims that only one pod may use
  std::vector<Disk> disks = {};
  std::vector<std::string> doubts = {};
};

/// Reads claims, volumes and classes.
[[nodiscard]] Storage read_storage(const View& view);

/// What a copy of the pod brings.
[[nodiscard]] VolumeNeeds volume_needs(const Pod& pod, const Storage& storage);

/// Whether the volumes can be had on the node; limits of attached disks aside.
[[nodiscard]] Finding volume_fit(const VolumeNeeds& needs,
                                 const Node& node,
                                 const Storage& storage);

}  // namespace cfkops::placement
