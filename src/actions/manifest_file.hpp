#pragma once

#include "object_write.hpp"

#include "cfkops/base/files.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// The objects of a file of manifests, as kubectl takes it: YAML documents or JSON, lists too.
/// Errors: NotFound, Io, InvalidInput with the place in the file.
[[nodiscard]] Result<std::vector<Json>> read_manifests(const base::Files& files,
                                                       const std::string& file);

/// The same as wanted objects, in the order of creation; those that lie in a namespace and name
/// none lie in `ns`. Errors: also NotFound for a kind that the server does not serve; InvalidInput
/// for an object that is there twice or has no name.
[[nodiscard]] Result<std::vector<WantedObject>> wanted_in_file(kube::Reader& reader,
                                                               const base::Files& files,
                                                               const std::string& file,
                                                               const std::string& ns);

}  // namespace cfkops::actions
