#include "patch_value.hpp"

#include "plain_text.hpp"

#include "cfkops/base/json.hpp"
#include "cfkops/base/yaml.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <utility>

namespace cfkops::authoring {
namespace {

constexpr int kMostLevels = 20;

std::optional<DraftValue> value_of(const base::YamlNode& node, int level);

std::optional<DraftValue> map_of(const base::YamlNode& node, int level) {
  DraftValue value = DraftValue::none(DraftValue::Kind::Map);
  for (const base::YamlNode::Member& member : node.members) {
    auto inner = value_of(member.value, level);
    if (!inner || member.key.find(kBlankBegin) != std::string::npos) {
      return std::nullopt;
    }
    value.members.push_back({member.key, *std::move(inner)});
  }
  return value;
}

std::optional<DraftValue> value_of(const base::YamlNode& node, int level) {
  if (level > kMostLevels) {
    return std::nullopt;
  }
  if (node.is_map()) {
    return map_of(node, level + 1);
  }
  if (node.is_sequence()) {
    DraftValue value = DraftValue::none(DraftValue::Kind::List);
    for (const base::YamlNode& item : node.items) {
      auto inner = value_of(item, level + 1);
      if (!inner) {
        return std::nullopt;
      }
      value.items.push_back(*std::move(inner));
    }
    return value;
  }
  const nlohmann::json json = base::to_json(node).raw();
  return json.is_string() ? DraftValue::of(json.get<std::string>())
                          : DraftValue::plain(json.is_null() ? "${null}" : json.dump());
}

}  // namespace

std::optional<DraftValue> read_patch(const std::string& text) {
  const auto node = base::parse_yaml(text, "patch", base::YamlDialect::Lenient);
  if (!node || !(node->is_map() || node->is_sequence())) {
    return std::nullopt;
  }
  return value_of(*node, 0);
}

}  // namespace cfkops::authoring
