#pragma once

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// An image as the container runtime calls it: "busybox:1" is "docker.io/library/busybox:1", and
/// without a tag it is ":latest" (github.com/distribution/reference, ParseDockerRef).
[[nodiscard]] std::string full_image_name(std::string_view image);

/// The same with a digest instead of the tag, as after a pull. The digest is made up from the name.
[[nodiscard]] std::string image_id(std::string_view image);

}  // namespace cfkops::sandbox
