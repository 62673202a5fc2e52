#include "container_image.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::actions {

namespace {

constexpr std::array<const char*, 2> kLists = {"containers", "initContainers"};

/// Before the digest.
std::string_view without_digest(std::string_view image) {
  return image.substr(0, image.find('@'));
}

/// Where the tag's colon is; npos where there is none. That of a port has a slash after it.
std::size_t tag_colon(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  const bool is_port =
      colon != std::string_view::npos && name.find('/', colon) != std::string_view::npos;
  return is_port ? std::string_view::npos : colon;
}

std::string_view tag_of(std::string_view image) {
  const std::string_view name = without_digest(image);
  const std::size_t colon = tag_colon(name);
  return colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
}

/// The first part of a name is a registry if it looks like a host.
bool has_registry(std::string_view name) {
  const std::string_view first = name.substr(0, name.find('/'));
  return first.size() < name.size() &&
         (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
}

Error refused(const kube::Object& workload, const std::string& why, std::string hint) {
  return make_error(
      ErrorCode::Refused, fmt::format("{}: {}", workload.text(), why), std::move(hint));
}

bool is_image_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-/:@+").find(c) != std::string_view::npos;
}

}  // namespace

std::string image_repository(std::string_view image) {
  std::string_view name = without_digest(image);
  name = name.substr(0, tag_colon(name));
  if (has_registry(name)) {
    return std::string(name);
  }
  return fmt::format(
      "docker.io/{}{}", name.find('/') == std::string_view::npos ? "library/" : "", name);
}

std::string image_digest(std::string_view image) {
  const std::size_t at = image.rfind('@');
  return at == std::string_view::npos ? std::string() : std::string(image.substr(at + 1));
}

std::optional<Error> image_name_objection(std::string_view image) {
  const auto refuse = [&](const char* why) {
    return make_error(ErrorCode::Refused,
                      fmt::format("the image '{}' {}", base::printable(image), why),
                      "name a version or a digest: shop/web:1.4.2, shop/web@sha256:…");
  };
  const std::string digest = image_digest(image);
  const std::string_view tag = tag_of(image);
  if (without_digest(image).empty() || !std::ranges::all_of(image, is_image_character)) {
    return refuse("is no name of an image");
  }
  if (image.find('@') != std::string_view::npos) {
    return digest.starts_with("sha256:") || digest.starts_with("sha512:")
               ? std::nullopt
               : std::optional(refuse("has no digest after its @"));
  }
  if (tag.empty()) {
    return refuse("has neither a tag nor a digest, which is what latest means");
  }
  if (tag == "latest") {
    return refuse(
        "is another one whenever it is pulled: latest is no version, and nothing could "
        "be taken back to it");
  }
  return std::nullopt;
}

std::vector<ContainerImage> images_of(const Json& pod_spec) {
  std::vector<ContainerImage> images;
  for (const char* list : kLists) {
    for (const Json& container : pod_spec.items(std::string("/") + list)) {
      images.push_back({.list = list,
                        .container = container.string_or("/name", ""),
                        .image = container.string_or("/image", "")});
    }
  }
  return images;
}

std::vector<ContainerImage> template_images(const kube::Object& workload) {
  return images_of(workload.json().get("/spec/template/spec"));
}

Result<std::vector<ContainerImage>> containers_for(const kube::Object& workload,
                                                   const std::string& container,
                                                   const std::string& image) {
  const std::vector<ContainerImage> all = template_images(workload);
  std::vector<ContainerImage> chosen;
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const ContainerImage& one : all) {
    names.push_back(one.container);
    const bool fits = container.empty() ? image_repository(one.image) == image_repository(image)
                                        : one.container == container;
    if (fits) {
      chosen.push_back(one);
    }
  }
  if (!chosen.empty()) {
    return chosen;
  }
  if (!container.empty()) {
    return refused(workload,
                   fmt::format("it has no container '{}'{}",
                               base::printable(container),
                               base::did_you_mean(container, names)),
                   "its containers are " + base::enumerate(names));
  }
  const auto is_main = [](const ContainerImage& one) { return one.list == kLists.front(); };
  if (std::ranges::count_if(all, is_main) == 1) {
    return std::vector{*std::ranges::find_if(all, is_main)};
  }
  return refused(workload,
                 fmt::format("none of its containers runs an image of {}, and it has {}: which one "
                             "is meant cannot be told",
                             image_repository(image),
                             base::counted(static_cast<long long>(all.size()), "container")),
                 "name the container: " + base::enumerate(names));
}

Json image_patch(const std::vector<ContainerImage>& images) {
  nlohmann::json spec = nlohmann::json::object();
  for (const ContainerImage& one : images) {
    spec[one.list].push_back({{"name", one.container}, {"image", one.image}});
  }
  return Json(nlohmann::json{{"spec", {{"template", {{"spec", std::move(spec)}}}}}});
}

bool has_images(const Json& pod_spec, const std::vector<ContainerImage>& images) {
  const std::vector<ContainerImage> has = images_of(pod_spec);
  return std::ranges::all_of(
      images, [&](const ContainerImage& one) { return std::ranges::find(has, one) != has.end(); });
}

std::vector<std::string> image_texts(const std::vector<ContainerImage>& images) {
  std::vector<std::string> texts;
  texts.reserve(images.size());
  for (const ContainerImage& one : images) {
    texts.push_back(fmt::format("{}={}", one.container, one.image));
  }
  return texts;
}

}  // namespace cfkops::actions
