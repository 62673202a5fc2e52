#pragma once

#include "kinds/builtin.hpp"

#include <memory>

namespace cfkops::sandbox {

/// The kinds of storage.k8s.io beside StorageClass, which kinds/volume.cpp has.
void add_storage_kinds(Kinds& kinds);

/// PersistentVolumeClaim; the file kinds/claim.cpp holds it.
[[nodiscard]] std::unique_ptr<Kind> claim_kind();

}  // namespace cfkops::sandbox
