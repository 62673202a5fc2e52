#include "storage.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::placement {

namespace {

/// Values of a zone label: a volume in several has them joined.
std::vector<std::string> zones(const std::string& value) {
  std::vector<std::string> made;
  std::size_t from = 0;
  while (true) {
    const std::size_t at = value.find("__", from);
    made.push_back(value.substr(from, at == std::string::npos ? at : at - from));
    if (at == std::string::npos) {
      return made;
    }
    from = at + 2;
  }
}

bool in_zone(const Volume& volume, const Node& node) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kZones = {{
      {"topology.kubernetes.io/zone", "topology.kubernetes.io/zone"},
      {"topology.kubernetes.io/region", "topology.kubernetes.io/region"},
      {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
      {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"},
  }};
  const bool has_zone =
      std::ranges::any_of(kZones, [&](const auto& one) { return node.labels.contains(one.first); });
  return !has_zone || std::ranges::all_of(kZones, [&](const auto& one) {
    const auto wanted = volume.labels.find(one.first);
    if (wanted == volume.labels.end()) {
      return true;
    }
    auto there = node.labels.find(one.first);
    there = there == node.labels.end() ? node.labels.find(one.second) : there;
    const std::vector<std::string> any_of = zones(wanted->second);
    return there != node.labels.end() && std::ranges::find(any_of, there->second) != any_of.end();
  });
}

bool has_modes(const Volume& volume, const Claim& claim) {
  return std::ranges::all_of(claim.modes, [&](const std::string& mode) {
    return std::ranges::find(volume.modes, mode) != volume.modes.end();
  });
}

bool can_be_bound(const Volume& volume, const Unbound& unbound, const Node& node) {
  const Claim& claim = unbound.claim;
  const bool is_free =
      (volume.claimed_by.empty() && volume.available) || volume.claimed_by == unbound.key;
  return is_free && volume.storage_class == claim.storage_class && volume.size >= claim.size &&
         volume.volume_mode == claim.volume_mode && has_modes(volume, claim) &&
         (!claim.selector.given || claim.selector.matches(volume.labels)) &&
         (!volume.reach || any_holds(*volume.reach, node.labels, node.name));
}

Finding unbound_fit(const Unbound& unbound, const Node& node, const Storage& storage) {
  const bool found = std::ranges::any_of(
      storage.volumes, [&](const auto& one) { return can_be_bound(one.second, unbound, node); });
  if (found) {
    return {Fits::Maybe, "claim " + unbound.key + " would have to be bound to a free volume"};
  }
  const auto storage_class = storage.classes.find(unbound.claim.storage_class);
  if (storage_class == storage.classes.end() || !storage_class->second.makes()) {
    return {Fits::No, "no volume to bind"};
  }
  const std::vector<NodeTerm>& topologies = storage_class->second.topologies;
  if (!topologies.empty() && !any_holds(topologies, node.labels, node.name)) {
    return {Fits::No, "its storage class makes no volumes there"};
  }
  return {Fits::Maybe,
          "claim " + unbound.key + " would have to be provisioned by " +
              storage_class->second.provisioner};
}

}  // namespace

Finding volume_fit(const VolumeNeeds& needs, const Node& node, const Storage& storage) {
  for (const Volume& volume : needs.bound) {
    if (volume.reach && !any_holds(*volume.reach, node.labels, node.name)) {
      return {Fits::No, "a volume of the pod is bound elsewhere"};
    }
    if (!in_zone(volume, node)) {
      return {Fits::No, "a volume of the pod lies in another zone"};
    }
  }
  Finding worst;
  for (const Unbound& unbound : needs.unbound) {
    Finding found = unbound_fit(unbound, node, storage);
    if (found.fits == Fits::No) {
      return found;
    }
    worst = std::move(found);
  }
  return worst;
}

}  // namespace cfkops::placement
