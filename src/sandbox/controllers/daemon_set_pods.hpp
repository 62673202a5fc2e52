#pragma once

#include "registry.hpp"

#include <string>

namespace cfkops::sandbox {

/// The node that a daemon's pod is for, bound to it or not yet.
[[nodiscard]] std::string target_node(const Value& pod);

/// The pod of a daemon for a node: with what daemons tolerate, and no way to another node.
[[nodiscard]] Value daemon_pod(const Value& set, const std::string& hash, const std::string& node);

/// Whether a daemon's pod is to be made on a node, and whether one that is there may stay.
struct NodeVerdict {
  bool should_run = false;
  bool may_stay = false;
};

[[nodiscard]] NodeVerdict judge_node(const Value& set, const Value& node);

/// The pod is of the set's present template.
[[nodiscard]] bool is_updated(const Value& set, const std::string& hash, const Value& pod);

}  // namespace cfkops::sandbox
