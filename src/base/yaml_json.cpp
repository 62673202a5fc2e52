#include "cfkops/base/yaml.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cfkops::base {
namespace {

/// `text` as an integer where it is nothing else and fits.
template <class T>
std::optional<T> whole(std::string_view text, int base) {
  T value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && stop == end ? std::optional<T>(value) : std::nullopt;
}

/// Takes a run of digits off `rest`; returns how many.
std::size_t take_digits(std::string_view& rest) {
  const std::size_t count = std::min(rest.find_first_not_of("0123456789"), rest.size());
  rest.remove_prefix(count);
  return count;
}

void take_one_of(std::string_view& rest, std::string_view any) {
  if (!rest.empty() && any.find(rest.front()) != std::string_view::npos) {
    rest.remove_prefix(1);
  }
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_number(std::string_view rest) {
  take_one_of(rest, "+-");
  const std::size_t before = take_digits(rest);
  std::size_t behind = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    behind = take_digits(rest);
  }
  if (before + behind == 0) {
    return false;
  }
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    take_one_of(rest, "+-");
    if (take_digits(rest) == 0) {
      return false;
    }
  }
  return rest.empty();
}

/// [-+]? 0 [0-9]+, which YAML 1.1 reads as octal and YAML 1.2 as decimal: nobody's number here.
bool is_zero_padded(std::string_view text) {
  take_one_of(text, "+-");
  return text.size() > 1 && text.front() == '0' && take_digits(text) > 0 && text.empty();
}

std::optional<nlohmann::json> to_number(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0o")) {
    const auto value = whole<std::uint64_t>(text.substr(2), text[1] == 'x' ? 16 : 8);
    return value ? std::optional<nlohmann::json>(*value) : std::nullopt;
  }
  if (!is_number(text) || is_zero_padded(text)) {
    return std::nullopt;
  }
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  if (const auto value = whole<std::int64_t>(text, 10)) {
    return nlohmann::json(*value);
  }
  if (const auto value = whole<std::uint64_t>(text, 10)) {
    return nlohmann::json(*value);
  }
  double value = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  return error == std::errc() ? std::optional<nlohmann::json>(value) : std::nullopt;
}

nlohmann::json scalar_to_json(const YamlNode& node) {
  const std::string& text = node.scalar;
  if (node.quoted) {
    return text;
  }
  if (text == "true" || text == "True" || text == "TRUE") {
    return true;
  }
  if (text == "false" || text == "False" || text == "FALSE") {
    return false;
  }
  auto number = to_number(text);
  return number ? *std::move(number) : nlohmann::json(text);
}

nlohmann::json build(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null:
      return nullptr;
    case YamlNode::Kind::Scalar:
      return scalar_to_json(node);
    case YamlNode::Kind::Sequence: {
      nlohmann::json out = nlohmann::json::array();
      for (const YamlNode& item : node.items) {
        out.push_back(build(item));
      }
      return out;
    }
    case YamlNode::Kind::Map:
      break;
  }
  nlohmann::json out = nlohmann::json::object();
  for (const YamlNode::Member& member : node.members) {
    out.emplace(member.key, build(member.value));
  }
  return out;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::find_if(
      members.begin(), members.end(), [&](const Member& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

Json to_json(const YamlNode& node) {
  return Json(build(node));
}

}  // namespace cfkops::base
