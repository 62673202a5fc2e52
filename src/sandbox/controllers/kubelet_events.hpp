#pragma once

#include "registry.hpp"

namespace cfkops::sandbox {

/// What the kubelet of a pod's node records about it. `field`: "containers" or "initContainers".
void tell_started(Registry& registry, const Value& pod, const char* field);
void tell_killed(Registry& registry, const Value& pod);
void tell_back_off(Registry& registry, const Value& pod);
void tell_pull_failed(Registry& registry, const Value& pod, bool at_once);

}  // namespace cfkops::sandbox
