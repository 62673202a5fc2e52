#include "cfkops/sandbox/yaml_form.hpp"

#include "decode.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// A whole number as it is written, or none.
std::optional<std::int64_t> whole_number(const YamlNode& node) {
  std::int64_t value = 0;
  const char* const end = node.scalar.data() + node.scalar.size();
  const auto [rest, error] = std::from_chars(node.scalar.data(), end, value);
  if (node.quoted || error != std::errc() || rest != end) {
    return std::nullopt;
  }
  return value;
}

bool is_label(std::string_view name, std::size_t most) {
  constexpr std::string_view kInner = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !name.empty() && name.size() <= most && name.front() != '-' && name.back() != '-' &&
         name.find_first_not_of(kInner) == std::string_view::npos;
}

bool is_label_value(std::string_view value) {
  constexpr std::size_t kMost = 63;
  constexpr std::string_view kSigns = "-_.";
  constexpr std::string_view kInner =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !value.empty() && value.size() <= kMost &&
         kSigns.find(value.front()) == std::string_view::npos &&
         kSigns.find(value.back()) == std::string_view::npos &&
         value.find_first_not_of(kInner) == std::string_view::npos;
}

}  // namespace

void report(std::vector<Error>& errors,
            const SourcePos& pos,
            std::string message,
            std::string hint) {
  Error error = make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint));
  error.pos = pos;
  errors.push_back(std::move(error));
}

std::vector<const YamlNode*> list_items(const YamlNode& node,
                                        std::string_view what,
                                        std::vector<Error>& errors) {
  std::vector<const YamlNode*> items;
  if (!node.is_sequence()) {
    report(errors,
           node.pos,
           fmt::format("{} must be a list, not {}", what, base::kind_word(node)),
           "begin each entry with '- '");
    return items;
  }
  for (const YamlNode& item : node.items) {
    if (item.is_null()) {
      report(errors, item.pos, fmt::format("{} has an empty entry", what), "remove it");
    } else {
      items.push_back(&item);
    }
  }
  return items;
}

YamlMap::YamlMap(const YamlNode& node, std::string what, std::vector<Error>& errors)
    : node_(&node),
      what_(std::move(what)),
      errors_(&errors) {}

void YamlMap::expect(std::span<const std::string> known, std::span<const std::string> required) {
  if (!node_->is_map()) {
    sandbox::report(*errors_,
                    node_->pos,
                    fmt::format("{} must be a map, not {}", what_, base::kind_word(*node_)),
                    fmt::format("write its keys: {}", base::enumerate(known, 12)));
    return;
  }
  for (const YamlNode::Member& member : node_->members) {
    if (std::ranges::find(known, member.key) == known.end()) {
      sandbox::report(
          *errors_,
          member.key_pos,
          fmt::format(
              "{} has no key '{}'{}", what_, member.key, base::did_you_mean(member.key, known)),
          fmt::format("it has {}", base::enumerate(known, 20)));
    } else if (member.value.is_null()) {
      sandbox::report(*errors_,
                      member.key_pos,
                      fmt::format("'{}' of {} has no value", member.key, what_),
                      "give it one, or remove the line");
    }
  }
  for (const std::string& key : required) {
    if (node_->find(key) == nullptr) {
      sandbox::report(*errors_,
                      node_->pos,
                      fmt::format("{} lacks '{}'", what_, key),
                      fmt::format("add '{}: …'", key));
    }
  }
}

const YamlNode* YamlMap::find(std::string_view key) const {
  const YamlNode* node = node_->find(key);
  return node == nullptr || node->is_null() ? nullptr : node;
}

const SourcePos& YamlMap::pos(std::string_view key) const {
  const YamlNode* node = find(key);
  return node == nullptr ? node_->pos : node->pos;
}

std::string YamlMap::name_of(std::string_view key) const {
  return fmt::format("'{}' of {}", key, what_);
}

void YamlMap::report(std::string_view key, std::string_view message, std::string hint) const {
  sandbox::report(*errors_, pos(key), fmt::format("{} {}", name_of(key), message), std::move(hint));
}

const YamlNode* YamlMap::scalar(std::string_view key, std::string_view wanted) const {
  const YamlNode* node = find(key);
  if (node != nullptr && !node->is_scalar()) {
    report(key,
           fmt::format("must be {}, not {}", wanted, base::kind_word(*node)),
           fmt::format("write '{}: …' on one line", key));
    return nullptr;
  }
  return node;
}

bool YamlMap::text(std::string_view key, std::string& into) const {
  const YamlNode* node = scalar(key, "text");
  if (node == nullptr) {
    return false;
  }
  if (base::trim(node->scalar).empty()) {
    report(key, "is empty", "give it a value, or remove the line");
    return false;
  }
  into = node->scalar;
  return true;
}

bool YamlMap::word(std::string_view key,
                   std::string& into,
                   std::span<const std::string> words) const {
  std::string found;
  if (!text(key, found)) {
    return false;
  }
  if (std::ranges::find(words, found) == words.end()) {
    report(key,
           fmt::format("cannot be '{}'{}", found, base::did_you_mean(found, words)),
           fmt::format("write one of {}", base::join(words, ", ")));
    return false;
  }
  into = std::move(found);
  return true;
}

bool YamlMap::label(std::string_view key, std::string& into, std::size_t most) const {
  std::string found;
  if (!text(key, found)) {
    return false;
  }
  if (!is_label(found, most)) {
    report(key,
           fmt::format("cannot be '{}': Kubernetes takes no such name", found),
           fmt::format("use lower-case letters, digits and '-', at most {}, with a letter or digit "
                       "at both ends",
                       most));
    return false;
  }
  into = std::move(found);
  return true;
}

bool YamlMap::flag(std::string_view key, bool& into) const {
  const YamlNode* node = scalar(key, "true or false");
  if (node == nullptr) {
    return false;
  }
  if (node->quoted || (node->scalar != "true" && node->scalar != "false")) {
    report(key, fmt::format("cannot be '{}'", node->scalar), "write true or false");
    return false;
  }
  into = node->scalar == "true";
  return true;
}

bool YamlMap::whole(std::string_view key, std::int64_t& into, Range range) const {
  const YamlNode* node = scalar(key, "a whole number");
  if (node == nullptr) {
    return false;
  }
  const std::optional<std::int64_t> value = whole_number(*node);
  if (!value || *value < range.least || *value > range.most) {
    report(key,
           fmt::format("cannot be '{}'", node->scalar),
           fmt::format("write a whole number from {} to {}", range.least, range.most));
    return false;
  }
  into = *value;
  return true;
}

bool YamlMap::whole(std::string_view key, std::uint64_t& into, Range range) const {
  std::int64_t value = 0;
  if (!whole(key, value, {std::max<std::int64_t>(range.least, 0), range.most})) {
    return false;
  }
  into = static_cast<std::uint64_t>(value);
  return true;
}

bool YamlMap::whole(std::string_view key, int& into, Range range) const {
  constexpr std::int64_t kLeast = std::numeric_limits<int>::min();
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  std::int64_t value = 0;
  if (!whole(key, value, {std::max(range.least, kLeast), std::min(range.most, kMost)})) {
    return false;
  }
  into = static_cast<int>(value);
  return true;
}

bool YamlMap::number(std::string_view key, double& into, double least, double most) const {
  const YamlNode* node = scalar(key, "a number");
  if (node == nullptr) {
    return false;
  }
  double value = 0;
  const char* const end = node->scalar.data() + node->scalar.size();
  const auto [rest, error] = std::from_chars(node->scalar.data(), end, value);
  if (node->quoted || error != std::errc() || rest != end || !std::isfinite(value) ||
      value < least || value > most) {
    report(key,
           fmt::format("cannot be '{}'", node->scalar),
           fmt::format("write a number from {} to {}", least, most));
    return false;
  }
  into = value;
  return true;
}

bool YamlMap::duration(std::string_view key, Duration& into, DurationRange range) const {
  const YamlNode* node = scalar(key, "a duration such as 1500ms");
  if (node == nullptr) {
    return false;
  }
  const Result<Duration> value =
      node->scalar == "0" ? Result<Duration>(Duration::zero()) : base::parse_duration(node->scalar);
  if (!value) {
    report(key,
           fmt::format("cannot be '{}': {}", node->scalar, value.error().message),
           value.error().hint.empty() ? "write a number with a unit: 500ms, 30s, 2m"
                                      : value.error().hint);
    return false;
  }
  if (*value < range.least || *value > range.most) {
    report(key,
           fmt::format("cannot be '{}'", node->scalar),
           fmt::format("write a duration from {} to {}",
                       base::format_duration(range.least),
                       base::format_duration(range.most)));
    return false;
  }
  into = *value;
  return true;
}

bool YamlMap::bytes(std::string_view key, std::uint64_t& into, Range range) const {
  const YamlNode* node = scalar(key, "a number of bytes");
  if (node == nullptr) {
    return false;
  }
  constexpr std::int64_t kThousandths = 1000;
  const bool known = canonical_quantity(node->scalar).has_value();
  const std::int64_t value = known ? quantity_milli(node->scalar) / kThousandths : 0;
  if (!known || value < range.least || value > range.most) {
    report(
        key,
        fmt::format("cannot be '{}'", node->scalar),
        fmt::format(
            "write bytes from {} to {}, such as 1500000, 1500k or 20Gi", range.least, range.most));
    return false;
  }
  into = static_cast<std::uint64_t>(value);
  return true;
}

bool YamlMap::quantity(std::string_view key, std::string& into) const {
  const YamlNode* node = scalar(key, "a quantity such as 500m or 8Gi");
  if (node == nullptr) {
    return false;
  }
  if (!canonical_quantity(node->scalar) || quantity_milli(node->scalar) < 0) {
    report(key,
           fmt::format("cannot be '{}': Kubernetes takes no such quantity", node->scalar),
           "write a number with or without a suffix: 4, 500m, 8Gi");
    return false;
  }
  into = node->scalar;
  return true;
}

bool YamlMap::texts(std::string_view key, std::vector<std::string>& into) const {
  std::vector<std::string> found;
  const std::size_t before = errors_->size();
  for (const YamlNode* item : items(key)) {
    if (!item->is_scalar() || base::trim(item->scalar).empty()) {
      sandbox::report(*errors_,
                      item->pos,
                      fmt::format("{}: each entry must be text, not {}",
                                  name_of(key),
                                  item->is_scalar() ? "an empty one" : base::kind_word(*item)),
                      "write '- name'");
    } else if (std::ranges::find(found, item->scalar) != found.end()) {
      sandbox::report(*errors_,
                      item->pos,
                      fmt::format("{} has '{}' twice", name_of(key), item->scalar),
                      "remove one of them");
    } else {
      found.push_back(item->scalar);
    }
  }
  if (!has(key) || errors_->size() != before) {
    return false;
  }
  into = std::move(found);
  return true;
}

bool YamlMap::label_values(std::string_view key, std::vector<std::string>& into) const {
  std::vector<std::string> found;
  if (!texts(key, found)) {
    return false;
  }
  const auto wrong =
      std::ranges::find_if(found, [](const std::string& one) { return !is_label_value(one); });
  if (wrong != found.end()) {
    report(
        key,
        fmt::format("cannot have '{}': no label has such a value", *wrong),
        "use letters, digits, '-', '_' and '.', at most 63, with a letter or digit at both ends");
    return false;
  }
  into = std::move(found);
  return true;
}

std::vector<const YamlNode*> YamlMap::items(std::string_view key) const {
  const YamlNode* node = find(key);
  return node == nullptr ? std::vector<const YamlNode*>()
                         : list_items(*node, name_of(key), *errors_);
}

void sort_by_place(std::vector<Error>& errors) {
  const auto place = [](const Error& error) {
    return error.pos ? std::pair(error.pos->line, error.pos->column) : std::pair(0, 0);
  };
  std::ranges::stable_sort(errors, {}, place);
}

}  // namespace cfkops::sandbox
