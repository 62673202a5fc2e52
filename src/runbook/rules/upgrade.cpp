#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kUpgradeOrder = "CFK-K004";

/// From this version of Confluent Platform on Control Center goes first.
constexpr int kControlCenterFirst = 8;

/// The components in the order of an upgrade; Control Center is the last or the first of them.
enum class Part { Controllers, Kafka, Others, ControlCenter };

struct Kind {
  std::string_view word;
  Part part;
};

/// Singular, plural and short names.
constexpr std::array<Kind, 23> kKinds = {{
    {"zookeeper", Part::Controllers},
    {"zookeepers", Part::Controllers},
    {"zk", Part::Controllers},
    {"kraftcontroller", Part::Controllers},
    {"kraftcontrollers", Part::Controllers},
    {"kraft", Part::Controllers},
    {"kafka", Part::Kafka},
    {"kafkas", Part::Kafka},
    {"broker", Part::Kafka},
    {"schemaregistry", Part::Others},
    {"schemaregistries", Part::Others},
    {"sr", Part::Others},
    {"connect", Part::Others},
    {"connects", Part::Others},
    {"ksqldb", Part::Others},
    {"ksqldbs", Part::Others},
    {"ksql", Part::Others},
    {"kafkarestproxy", Part::Others},
    {"kafkarestproxies", Part::Others},
    {"krp", Part::Others},
    {"controlcenter", Part::ControlCenter},
    {"controlcenters", Part::ControlCenter},
    {"c3", Part::ControlCenter},
}};

/// A step that gives a component another image.
struct Upgrade {
  const PlacedStep* placed = nullptr;
  std::string_view kind;
  Part part = Part::Others;
  std::optional<int> major;  ///< of the image's tag, where it is written there
};

/// The number that the tag of an image begins with: 8 of "confluentinc/cp-server:8.0.1".
std::optional<int> major_of(std::string_view image) {
  const std::string_view tag = image.substr(image.rfind(':') + 1);
  int major = 0;
  const auto [end, failure] = std::from_chars(tag.data(), tag.data() + tag.size(), major);
  const bool dot = failure == std::errc() && end != tag.data() + tag.size() && *end == '.';
  return dot ? std::optional(major) : std::nullopt;
}

/// As it is written, with its expressions.
std::string_view written(const ArgumentValue& value) {
  const auto* text = std::get_if<Template>(&value.data);
  return text == nullptr ? std::string_view() : std::string_view(text->source());
}

/// The image of the component that a patch sets, as it is written; nothing where it sets none.
std::optional<std::string_view> image_of(const Step& step) {
  const ArgumentValue* patch = argument(step, "patch");
  if (patch == nullptr) {
    return std::nullopt;
  }
  bool sets = false;
  std::string_view image;
  each_value("", *patch, [&](std::string_view key, const ArgumentValue& value) {
    const bool merged = key == "application";
    sets = sets || merged || (key == "path" && written(value) == "/spec/image/application");
    image = merged || (key == "value" && image.empty()) ? written(value) : image;
  });
  return sets ? std::optional(image) : std::nullopt;
}

std::optional<Upgrade> upgrade_of(const PlacedStep& placed) {
  const std::string kind = literal_word(*placed.step, "kind");
  const std::string_view word = std::string_view(kind).substr(0, kind.find('.'));
  const auto* known =
      std::ranges::find_if(kKinds, [word](const Kind& each) { return each.word == word; });
  if (placed.step->action != "object.patch" || placed.undoing || known == kKinds.end()) {
    return std::nullopt;
  }
  const auto image = image_of(*placed.step);
  return image ? std::optional(Upgrade{&placed, known->word, known->part, major_of(*image)})
               : std::nullopt;
}

/// Ways of which a run goes one, by what stands there.
bool exclude_each_other(const PlacedStep& a, const PlacedStep& b) {
  const auto condition = [](const PlacedStep& placed) {
    std::string text;
    for (const Step* group : placed.around) {
      text += group->when.source();
    }
    return text + placed.step->when.source();
  };
  const std::string one = condition(a);
  const std::string other = condition(b);
  return !one.empty() && !other.empty() && one != other;
}

/// Whether `late` must come before `early`, which stands above it.
bool out_of_order(const Upgrade& early, const Upgrade& late, std::optional<bool> first) {
  if (early.part == Part::ControlCenter || late.part == Part::ControlCenter) {
    const bool center_is_early = early.part == Part::ControlCenter;
    return early.part != late.part && first.has_value() && *first != center_is_early;
  }
  return early.part > late.part;
}

/// Whether Control Center goes first to the version that the images name; nothing where none does.
std::optional<bool> center_first(const std::vector<Upgrade>& upgrades) {
  for (const Upgrade& upgrade : upgrades) {
    // Control Center has versions of its own.
    if (upgrade.major && upgrade.part != Part::ControlCenter) {
      return *upgrade.major >= kControlCenterFirst;
    }
  }
  return std::nullopt;
}

void upgrade_order(LintContext& context) {
  std::vector<Upgrade> upgrades;
  for (const PlacedStep& placed : context.steps()) {
    if (const auto upgrade = upgrade_of(placed)) {
      upgrades.push_back(*upgrade);
    }
  }
  const std::optional<bool> first = center_first(upgrades);
  for (std::size_t i = 1; i < upgrades.size(); ++i) {
    const Upgrade& late = upgrades[i];
    const auto begin = upgrades.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(i);
    const auto early = std::find_if(begin, end, [&](const Upgrade& other) {
      return out_of_order(other, late, first) && !exclude_each_other(*other.placed, *late.placed);
    });
    if (early == end) {
      continue;
    }
    context.report(kUpgradeOrder,
                   span_of(*late.placed->step),
                   fmt::format("step '{}' upgrades {} after {}: the order is the other way round",
                               late.placed->step->id,
                               late.kind,
                               early->kind),
                   first.value_or(false)
                       ? "upgrade controlcenter, then kraftcontroller, kafka, and the others"
                       : "upgrade kraftcontroller, then kafka, the others, and before version 8.0 "
                         "controlcenter last");
  }
}

}  // namespace

std::span<const Rule> upgrade_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 1> kRules = {{
      {{kUpgradeOrder,
        "upgrade-order",
        "components are upgraded in the wrong order",
        Warning,
        Production},
       upgrade_order},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
