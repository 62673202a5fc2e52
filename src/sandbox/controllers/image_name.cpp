#include "controllers/image_name.hpp"

#include "cfkops/base/crypto.hpp"

namespace cfkops::sandbox {

namespace {

/// The first part of a name is a host if it looks like one.
bool has_host(std::string_view image) {
  const std::string_view first = image.substr(0, image.find('/'));
  return first.size() < image.size() &&
         (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
}

/// Where the tag begins, with its colon; the end where there is none.
std::size_t tag_at(std::string_view image) {
  const std::size_t colon = image.rfind(':');
  const bool is_port =
      image.find('/', colon == std::string_view::npos ? 0 : colon) != std::string_view::npos;
  return colon == std::string_view::npos || is_port ? image.size() : colon;
}

}  // namespace

std::string full_image_name(std::string_view image) {
  std::string name;
  if (!has_host(image)) {
    name = image.find('/') == std::string_view::npos ? "docker.io/library/" : "docker.io/";
  }
  // Of a name that has both, the digest counts.
  const std::size_t digest = image.find('@');
  const std::string_view named = image.substr(0, digest);
  if (digest != std::string_view::npos) {
    return name.append(named.substr(0, tag_at(named))).append(image.substr(digest));
  }
  name += image;
  return tag_at(image) == image.size() ? name + ":latest" : name;
}

std::string image_id(std::string_view image) {
  const std::string full = full_image_name(image);
  if (full.find('@') != std::string::npos) {
    return full;
  }
  return full.substr(0, tag_at(full)) + "@sha256:" + base::sha256_hex(full);
}

}  // namespace cfkops::sandbox
