#pragma once

#include "cfkops/kube/reader.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// Which objects are to be kept.
struct WishedObjects {
  std::vector<std::string> namespaces;
  std::string selector;            ///< of labels; "": all
  std::vector<std::string> kinds;  ///< as kubectl takes them; empty: all that can be kept
  bool secrets = false;            ///< Secrets too, where no kinds are named
};

/// An object as it is kept.
struct KeptObject {
  kube::Resource resource;
  std::string uid;
  std::string resource_version;
  Json body;
};

/// One that is not, or many.
struct LeftOut {
  std::string what;
  std::string why;
};

/// What there was.
struct TakenObjects {
  std::vector<KeptObject> objects;  ///< in the order of creation
  std::vector<LeftOut> left_out;
};

/// The resources that the wish is about. Errors: InvalidInput for one that cannot be kept; those of
/// discovery.
[[nodiscard]] Result<std::vector<kube::Resource>> wished_resources(kube::Reader& reader,
                                                                   const WishedObjects& wish);

/// All objects of these resources that the wish is about, with their namespaces. Errors: those of
/// listing; one that may not be listed is an error too, since a copy with a hole is none.
[[nodiscard]] Result<TakenObjects> take_objects(kube::Reader& reader,
                                                const WishedObjects& wish,
                                                const std::vector<kube::Resource>& resources);

}  // namespace cfkops::actions
