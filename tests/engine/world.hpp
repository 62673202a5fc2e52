#pragma once

#include "support/memory_file.hpp"
#include "support/scripted_leases.hpp"
#include "support/scripted_transport.hpp"

#include "cfkops/kube/transport.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cfkops::test {

/// A cluster of config maps with one value each, of pods that can be evicted and of stateful sets:
/// just enough for steps to change something. It watches that no change reaches it which the
/// journal does not hold on disk.
class World {
 public:
  World(ScriptedTransport& transport, const MemoryDisk& disk);

  ScriptedLeases leases;
  std::map<std::string, std::string> values = {{"a", "1"}, {"b", "1"}, {"c", "1"}};
  std::set<std::string> pods = {"kafka-0", "kafka-1"};
  std::vector<std::string> stateful_sets = {"kafka"};
  std::vector<std::string> changes;      ///< "a=2", "evict kafka-0", in order
  std::vector<std::string> unannounced;  ///< changes without an intent on disk
  std::set<std::string> denied;          ///< config maps that refuse to be patched with 403

 private:
  Answer get(const std::string& name) const;
  Answer patch(const std::string& name, const kube::Request& request);
  Answer evict(const std::string& target, const kube::Request& request);
  Answer list_stateful_sets() const;
  void note(const std::string& change);

  const MemoryDisk& disk_;
  std::map<std::string, int> versions_;
};

}  // namespace cfkops::test
