#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// A container, and the image that it is to run.
struct ContainerImage {
  std::string list;  ///< "containers" or "initContainers"
  std::string container;
  std::string image;

  friend bool operator==(const ContainerImage&, const ContainerImage&) = default;
};

/// The name of an image without its tag and digest, in full: "docker.io/library/nginx" of
/// "nginx:1". Pure.
[[nodiscard]] std::string image_repository(std::string_view image);

/// "sha256:…" of an image that is named by its digest, or of the imageID that a node tells; ""
/// where it has none. Pure.
[[nodiscard]] std::string image_digest(std::string_view image);

/// Why an image is not to be rolled out by this name: it names no single version, or is no name at
/// all. Pure.
[[nodiscard]] std::optional<Error> image_name_objection(std::string_view image);

/// The containers of a pod's spec with the images that they have. Pure.
[[nodiscard]] std::vector<ContainerImage> images_of(const Json& pod_spec);

/// The images of a workload's template. Pure.
[[nodiscard]] std::vector<ContainerImage> template_images(const kube::Object& workload);

/// Those of the workload's containers that `image` is for, with what they have now: the one named
/// `container` or, where that is "", all of the same repository, else its only one. Errors: Refused
/// where that is none, or it is not to be told which. Pure.
[[nodiscard]] Result<std::vector<ContainerImage>> containers_for(const kube::Object& workload,
                                                                 const std::string& container,
                                                                 const std::string& image);

/// The strategic merge patch of a workload that gives these containers these images. Pure.
[[nodiscard]] Json image_patch(const std::vector<ContainerImage>& images);

/// All of these containers have these images, by their spec. Pure.
[[nodiscard]] bool has_images(const Json& pod_spec, const std::vector<ContainerImage>& images);

/// "web=shop/web:1" of each. Pure.
[[nodiscard]] std::vector<std::string> image_texts(const std::vector<ContainerImage>& images);

}  // namespace cfkops::actions
