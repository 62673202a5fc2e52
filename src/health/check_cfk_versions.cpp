#include "checks.hpp"
#include "confluent.hpp"
#include "facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace cfkops::health {

namespace {

/// A line of releases of Confluent's operator with the versions of the platform that it runs.
struct Release {
  int chart;     ///< the second number of its images: 1718 of 0.1718.10
  Minor itself;  ///< {3, 3}
  Minor oldest;  ///< of the platform; {0, 0} where that is not known
  Minor newest;
};

constexpr std::array<Release, 12> kReleases = {{{517, {2, 4}, {0, 0}, {7, 2}},
                                                {581, {2, 5}, {0, 0}, {7, 3}},
                                                {771, {2, 6}, {0, 0}, {7, 4}},
                                                {921, {2, 8}, {0, 0}, {7, 6}},
                                                {1033, {2, 9}, {7, 1}, {7, 7}},
                                                {1145, {2, 10}, {7, 1}, {7, 8}},
                                                {1193, {2, 11}, {0, 0}, {7, 9}},
                                                {1263, {3, 0}, {0, 0}, {8, 0}},
                                                {1351, {3, 1}, {7, 4}, {8, 1}},
                                                {1514, {3, 2}, {0, 0}, {8, 2}},
                                                {1718, {3, 3}, {7, 5}, {8, 3}},
                                                {2038, {3, 4}, {7, 6}, {8, 4}}}};

std::string text_of(Minor minor) {
  return fmt::format("{}.{}", minor.first, minor.second);
}

/// By what a status calls it: "v0.1718.10".
const Release* release_of(std::string_view version) {
  const auto minor = minor_of(version.substr(version.starts_with('v') ? 1 : 0));
  const auto* const found =
      std::find_if(kReleases.begin(), kReleases.end(), [&minor](const Release& one) {
        return minor && minor->first == 0 && one.chart == minor->second;
      });
  return found == kReleases.end() ? nullptr : found;
}

/// Others are built on it, as those of Connect with plugins are, and count as their builder does.
bool is_confluents(std::string_view image) {
  return image.substr(image.rfind('/') + 1).starts_with("cp-");
}

void judge_image(const Json& component, const Release& release, Judgement& judgement) {
  const std::string object = confluent_text(component);
  const std::string image = component.string_or("/spec/image/application", "");
  // Control Center counts in its own way.
  if (image.empty() || component.string_or("/kind", "") == "ControlCenter") {
    return;
  }
  const auto version = image_minor(image);
  if (!version) {
    judgement.unknown.push_back(object + ": its image does not say its version: " + image);
    return;
  }
  const bool runs = *version >= release.oldest && *version <= release.newest;
  if (!runs && !is_confluents(image)) {
    judgement.unknown.push_back(
        object + ": its image is not named as Confluent's, and may count in its own way: " + image);
  } else if (!runs) {
    judgement.found.push_back(
        {Severity::Fail,
         object,
         fmt::format("Confluent's operator {} does not run version {}, but {}{}",
                     text_of(release.itself),
                     text_of(*version),
                     release.oldest.first == 0 ? "up to " : text_of(release.oldest) + " to ",
                     text_of(release.newest)),
         "spec.image.application",
         image});
  }
}

void judge_init_image(const Json& component, const Release& release, Judgement& judgement) {
  const std::string object = confluent_text(component);
  const std::string image = component.string_or("/spec/image/init", "");
  if (image.empty()) {
    return;
  }
  const auto version = image_minor(image);
  if (!version) {
    judgement.unknown.push_back(object + ": its init image does not say its version: " + image);
  } else if (*version != release.itself) {
    judgement.found.push_back({Severity::Warning,
                               object,
                               fmt::format("its init image is of {}, Confluent's operator of {}",
                                           text_of(*version),
                                           text_of(release.itself)),
                               "spec.image.init",
                               image});
  }
}

/// Definitions are brought up by hand, before the operator: one that is older lacks fields.
void judge_definitions(const Snapshot& snapshot, const Release& newest, Judgement& judgement) {
  constexpr std::string_view kVersion = "platform.confluent.io/app-version";
  for (const Json& definition : snapshot.of(Part::Definitions)) {
    if (definition.string_or("/spec/group", "") != "platform.confluent.io") {
      continue;
    }
    const std::string text = definition.string_or(below("/metadata/annotations", kVersion), "");
    const auto version = minor_of(text);
    if (version && *version < newest.itself) {
      judgement.found.push_back(
          {Severity::Fail,
           name_of("customresourcedefinition", definition),
           fmt::format("is of {}, Confluent's operator of {}", text, text_of(newest.itself)),
           fmt::format("metadata.annotations[{}]", kVersion),
           text});
    }
  }
}

Judgement versions(const Snapshot& snapshot) {
  Judgement judgement;
  judgement.nothing_there = snapshot.of(Part::Components).empty();
  const Release* newest = nullptr;
  for (const Json& component : snapshot.of(Part::Components)) {
    const std::string version = component.string_or("/status/operatorVersion", "");
    const Release* release = release_of(version);
    if (release == nullptr) {
      judgement.unknown.push_back(
          confluent_text(component) +
          (version.empty() ? ": it does not say which operator looks after it"
                           : ": nothing is known of the operator's version " + version));
      continue;
    }
    newest = newest == nullptr || newest->chart < release->chart ? release : newest;
    judge_image(component, *release, judgement);
    judge_init_image(component, *release, judgement);
  }
  if (newest != nullptr) {
    judge_definitions(snapshot, *newest, judgement);
  }
  return judgement;
}

constexpr std::array<Check, 1> kChecks = {{
    {"C07",
     "Do the versions of Confluent's operator, images and definitions go together?",
     Severity::Fail,
     false,
     Parts(Part::Components, Part::Definitions),
     "finish the upgrade: definitions first, then the operator, init images, and the platform last",
     versions},
}};

}  // namespace

std::span<const Check> cfk_version_checks() {
  return kChecks;
}

}  // namespace cfkops::health
