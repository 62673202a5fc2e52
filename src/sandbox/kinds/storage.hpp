#pragma once

#include "kinds/builtin.hpp"

#include <memory>

namespace cfkops::sandbox {

/// StorageClass and the other kinds of storage.k8s.io.
void add_storage_kinds(Kinds& kinds);

/// PersistentVolumeClaim; the file kinds/claim.cpp holds it.
[[nodiscard]] std::unique_ptr<Kind> claim_kind();

}  // namespace cfkops::sandbox
