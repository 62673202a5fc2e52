#include "kinds/custom_kind.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <tuple>

namespace cfkops::sandbox {

namespace {

struct KubeVersion {
  int major = 0;
  int stage = 2;  ///< alpha, beta, general
  int minor = 0;
};

/// Takes digits from the front.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-') {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<KubeVersion> parse_version(std::string_view text) {
  if (text.empty() || text.front() != 'v') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  KubeVersion version;
  const std::optional<int> major = take_number(text);
  if (!major) {
    return std::nullopt;
  }
  version.major = *major;
  if (text.empty()) {
    return version;
  }
  constexpr std::array<std::string_view, 2> kStages = {"alpha", "beta"};
  for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
    const std::string_view word = kStages.at(stage);
    if (text.substr(0, word.size()) != word) {
      continue;
    }
    text.remove_prefix(word.size());
    const std::optional<int> minor = take_number(text);
    if (!minor || !text.empty()) {
      return std::nullopt;
    }
    version.stage = static_cast<int>(stage);
    version.minor = *minor;
    return version;
  }
  return std::nullopt;
}

std::vector<std::string> texts_at(const Value& in, Path path) {
  std::vector<std::string> texts;
  for (const Value& text : list_at(in, path)) {
    if (text.is_string()) {
      texts.push_back(text.get<std::string>());
    }
  }
  return texts;
}

}  // namespace

int compare_versions(std::string_view first, std::string_view second) {
  const std::optional<KubeVersion> one = parse_version(first);
  const std::optional<KubeVersion> other = parse_version(second);
  if (one && other) {
    const auto left = std::tuple(one->stage, one->major, one->minor);
    const auto right = std::tuple(other->stage, other->major, other->minor);
    return left < right ? -1 : left == right ? 0 : 1;
  }
  if (one || other) {
    return one ? 1 : -1;
  }
  return second.compare(first);
}

KindNames custom_names(const Value& definition, const Value& version) {
  const bool accepted = !text_at(definition, {"status", "acceptedNames", "plural"}).empty() &&
                        !text_at(definition, {"status", "acceptedNames", "kind"}).empty();
  const Value& names = accepted ? object_at(definition, {"status", "acceptedNames"})
                                : object_at(definition, {"spec", "names"});
  KindNames result;
  result.resource.group = text_at(definition, {"spec", "group"});
  result.resource.version = text_at(version, {"name"});
  result.resource.plural = text_at(names, {"plural"});
  result.resource.kind = text_at(names, {"kind"});
  result.resource.namespaced = text_at(definition, {"spec", "scope"}) == "Namespaced";
  result.singular = text_at(names, {"singular"});
  result.list_kind = text_at(names, {"listKind"});
  result.short_names = texts_at(names, {"shortNames"});
  result.categories = texts_at(names, {"categories"});
  // Not sorted: in the order in which the real server names them for defined kinds.
  result.verbs = {
      "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
  return result;
}

}  // namespace cfkops::sandbox
