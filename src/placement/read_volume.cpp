#include "storage.hpp"

#include <algorithm>

namespace cfkops::placement {

namespace {

constexpr std::string_view kOldClass = "volume.beta.kubernetes.io/storage-class";

std::string key_of(const Json& json) {
  return json.string_or("/metadata/namespace", "default") + "/" +
         json.string_or("/metadata/name", "");
}

std::int64_t size_at(const Json& json, std::string_view pointer) {
  return quantity(json.string_or(pointer, "0")).value_or(0);
}

/// `json` holds a claim's metadata and spec.
Claim claim_of(const Json& json) {
  Claim made;
  made.volume = json.string_or("/spec/volumeName", "");
  const Labels annotations = strings_at(json, "/metadata/annotations");
  const auto old = annotations.find(kOldClass);
  made.class_given = json.has("/spec/storageClassName") || old != annotations.end();
  made.storage_class =
      old == annotations.end() ? json.string_or("/spec/storageClassName", "") : old->second;
  made.deleting = json.has("/metadata/deletionTimestamp");
  made.modes = json.strings("/spec/accessModes");
  made.one_pod = std::ranges::find(made.modes, "ReadWriteOncePod") != made.modes.end();
  made.size = size_at(json, "/spec/resources/requests/storage");
  made.volume_mode = json.string_or("/spec/volumeMode", "Filesystem");
  made.selector = LabelSelector::of(json.get("/spec/selector"));
  return made;
}

Disk disk_of(const Json& json) {
  const std::string driver = json.string_or("/spec/csi/driver", "");
  if (!driver.empty()) {
    return {driver, json.string_or("/spec/csi/volumeHandle", "")};
  }
  for (const std::string kind :
       {"awsElasticBlockStore", "azureDisk", "cinder", "gcePersistentDisk", "vsphereVolume"}) {
    if (json.has("/spec/" + kind)) {
      return {kind, json.string_or("/metadata/name", "")};
    }
  }
  return {};
}

Volume volume_of(const Json& json) {
  Volume made;
  made.storage_class = json.string_or("/spec/storageClassName", "");
  if (json.has("/spec/claimRef")) {
    made.claimed_by = json.string_or("/spec/claimRef/namespace", "default") + "/" +
                      json.string_or("/spec/claimRef/name", "");
  }
  const std::string phase = json.string_or("/status/phase", "Available");
  made.available = phase == "Available" || phase == "Pending";
  made.size = size_at(json, "/spec/capacity/storage");
  made.modes = json.strings("/spec/accessModes");
  made.volume_mode = json.string_or("/spec/volumeMode", "Filesystem");
  made.labels = labels_of(json);
  if (json.has("/spec/nodeAffinity/required")) {
    made.reach = terms_of(json.get("/spec/nodeAffinity/required"));
  }
  made.disk = disk_of(json);
  return made;
}

StorageClass class_of(const Json& json) {
  StorageClass made;
  made.provisioner = json.string_or("/provisioner", "");
  made.waits = json.string_or("/volumeBindingMode", "Immediate") == "WaitForFirstConsumer";
  for (const Json& term : json.items("/allowedTopologies")) {
    NodeTerm wanted;
    for (const Json& one : term.items("/matchLabelExpressions")) {
      wanted.labels.push_back({one.string_or("/key", ""), "In", one.strings("/values")});
    }
    made.topologies.push_back(std::move(wanted));
  }
  return made;
}

/// The claim that the pod's copy gets for a volume of its own.
Claim own_claim(const Pod& pod, const std::string& name) {
  for (const Json& volume : pod.volumes.items()) {
    if (volume.has("/ephemeral") && pod.name + "-" + volume.string_or("/name", "") == name) {
      return claim_of(volume.get("/ephemeral/volumeClaimTemplate"));
    }
  }
  return {};
}

bool is_own(const Pod& pod, const std::string& name) {
  return std::ranges::any_of(pod.volumes.items(), [&](const Json& volume) {
    return volume.has("/ephemeral") && pod.name + "-" + volume.string_or("/name", "") == name;
  });
}

void need_unbound(VolumeNeeds& needs,
                  const std::string& key,
                  const Claim& claim,
                  const Storage& storage) {
  const auto found = storage.classes.find(claim.storage_class);
  if (claim.storage_class.empty() || found == storage.classes.end()) {
    needs.doubts.push_back("claim " + key + " is not bound and its class is not in the view");
    return;
  }
  if (!found->second.waits) {
    needs.doubts.push_back("claim " + key + " is not bound");
    return;
  }
  if (found->second.makes()) {
    needs.disks.push_back({found->second.provisioner, key});
  }
  needs.unbound.push_back({key, claim});
}

void need_claim(VolumeNeeds& needs,
                const std::string& key,
                const Claim& claim,
                const Storage& storage) {
  if (claim.deleting) {
    needs.doubts.push_back("claim " + key + " is being deleted");
    return;
  }
  if (claim.one_pod) {
    needs.one_pod.push_back(key);
  }
  if (claim.volume.empty()) {
    need_unbound(needs, key, claim, storage);
    return;
  }
  const auto found = storage.volumes.find(claim.volume);
  if (found == storage.volumes.end()) {
    needs.doubts.push_back("volume " + claim.volume + " of claim " + key + " is not in the view");
    return;
  }
  needs.bound.push_back(found->second);
  if (!found->second.disk.driver.empty()) {
    needs.disks.push_back(found->second.disk);
  }
}

}  // namespace

Storage read_storage(const View& view) {
  Storage made;
  for (const Json& json : view.claims) {
    made.claims.insert_or_assign(key_of(json), claim_of(json));
  }
  for (const Json& json : view.volumes) {
    made.volumes.insert_or_assign(json.string_or("/metadata/name", ""), volume_of(json));
  }
  for (const Json& json : view.classes) {
    made.classes.insert_or_assign(json.string_or("/metadata/name", ""), class_of(json));
  }
  return made;
}

std::vector<Disk> Storage::disks_of(const Pod& pod) const {
  std::vector<Disk> made;
  for (const std::string& name : pod.claims) {
    const auto claim = claims.find(pod.ns + "/" + name);
    if (claim == claims.end()) {
      continue;
    }
    const auto volume = volumes.find(claim->second.volume);
    if (volume != volumes.end() && !volume->second.disk.driver.empty()) {
      made.push_back(volume->second.disk);
    }
  }
  return made;
}

VolumeNeeds volume_needs(const Pod& pod, const Storage& storage) {
  VolumeNeeds needs;
  for (const std::string& name : pod.claims) {
    const std::string key = pod.ns + "/" + name;
    if (is_own(pod, name)) {
      need_claim(needs, key, own_claim(pod, name), storage);
      continue;
    }
    const auto found = storage.claims.find(key);
    if (found == storage.claims.end()) {
      needs.doubts.push_back("claim " + key + " is not in the view");
    } else {
      need_claim(needs, key, found->second, storage);
    }
  }
  return needs;
}

}  // namespace cfkops::placement
