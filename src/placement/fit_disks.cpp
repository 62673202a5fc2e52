#include "fit.hpp"

#include <algorithm>

namespace cfkops::placement {

namespace {

std::string type_of(const Node& node) {
  const auto found = node.labels.find("node.kubernetes.io/instance-type");
  return found == node.labels.end() ? std::string() : found->second;
}

void add(Attached& to, const std::vector<Disk>& disks) {
  for (const Disk& disk : disks) {
    to[disk.driver].insert(disk.handle);
  }
}

}  // namespace

void Fit::tell_disks() {
  disks_.resize(world_.nodes.size());
  for (const Standing& standing : world_.standing) {
    add(disks_.at(static_cast<std::size_t>(standing.node)), standing.disks);
  }
  for (std::size_t i = 0; i < world_.nodes.size(); ++i) {
    Attached there = disks_.at(i);
    for (const Mover& mover : world_.movers) {
      if (static_cast<int>(i) == world_.drained) {
        add(there, world_.storage.disks_of(mover.pod));
      }
    }
    for (const auto& [driver, handles] : there) {
      std::int64_t& most = seen_[type_of(world_.nodes.at(i))][driver];
      most = std::max(most, static_cast<std::int64_t>(handles.size()));
    }
  }
}

std::int64_t Fit::seen_on(std::size_t node, const std::string& driver) const {
  const auto type = seen_.find(type_of(world_.nodes.at(node)));
  if (type == seen_.end()) {
    return 0;
  }
  const auto count = type->second.find(driver);
  return count == type->second.end() ? 0 : count->second;
}

Finding Fit::disks_fit(std::size_t mover, std::size_t node, const Spots& at) const {
  const std::vector<Disk>& mine = world_.movers.at(mover).needs.disks;
  if (mine.empty()) {
    return {};
  }
  Attached there = disks_.at(node);
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (i != mover && at.at(i) == static_cast<int>(node)) {
      add(there, world_.movers.at(i).needs.disks);
    }
  }
  Finding found;
  for (const Disk& disk : mine) {
    std::set<std::string>& handles = there[disk.driver];
    handles.insert(disk.handle);
    const auto wanted = static_cast<std::int64_t>(handles.size());
    const DiskLimits& limits = world_.limits.at(node);
    const auto limit = limits.most.find(disk.driver);
    if (limit != limits.most.end()) {
      if (wanted > limit->second) {
        return {Fits::No, "no room for another volume of " + disk.driver};
      }
      continue;
    }
    // As many on a node of the same type prove that much; beyond that nobody has told.
    const bool known = limits.known && disk.driver.find('.') != std::string::npos;
    if (!known && wanted > seen_on(node, disk.driver)) {
      found = {Fits::Maybe, "how many volumes of " + disk.driver + " it can have is not known"};
    }
  }
  return found;
}

}  // namespace cfkops::placement
