#include "confluent.hpp"

#include "facts.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cfkops::health {

namespace {

/// Below that value, to whatever depth a schema has.
void add_secrets(const Json& value, const std::string& where, std::vector<SecretUse>& uses) {
  for (const auto& [key, member] : value.members()) {
    const std::string path = fmt::format("{}/{}", where, key);
    if (key == "secretRef" && member.is_string()) {
      uses.push_back({member.string_or("", ""), path});
    } else {
      add_secrets(member, path, uses);
    }
  }
  std::size_t index = 0;
  for (const Json& item : value.items()) {
    add_secrets(item, fmt::format("{}/{}", where, index), uses);
    ++index;
  }
}

}  // namespace

std::string confluent_text(const Json& object) {
  return name_of(base::lower(object.string_or("/kind", "")), object);
}

bool is_going(const Json& object) {
  return object.has("/metadata/deletionTimestamp");
}

std::string annotation_of(const Json& object, std::string_view name) {
  return object.string_or(
      below("/metadata/annotations", fmt::format("{}{}", kafka::kCfkPrefix, name)), "");
}

std::string condition_status(const Json& object, std::string_view name) {
  return condition_of(object, fmt::format("{}{}", kafka::kCfkPrefix, name))
      .string_or("/status", "");
}

std::vector<SecretUse> secrets_of(const Json& component) {
  std::vector<SecretUse> uses;
  add_secrets(component.get("/spec"), "spec", uses);
  std::erase_if(uses, [](const SecretUse& use) { return use.name.empty(); });
  return uses;
}

std::optional<Minor> minor_of(std::string_view text) {
  Minor minor;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, minor.first);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') {
    return std::nullopt;
  }
  const auto second = std::from_chars(first.ptr + 1, end, minor.second);
  return second.ec == std::errc() ? std::optional(minor) : std::nullopt;
}

std::optional<Minor> image_minor(std::string_view image) {
  const std::size_t colon = image.rfind(':');
  if (colon == std::string_view::npos || image.find('@') != std::string_view::npos) {
    return std::nullopt;
  }
  return minor_of(image.substr(colon + 1));
}

}  // namespace cfkops::health
