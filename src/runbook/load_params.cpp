#include "ambiguous.hpp"
#include "load_parts.hpp"
#include "number.hpp"
#include "secret_default.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

/// "10s" of a value with a unit or without.
std::string shown(const Value& value) {
  return value.text();
}

/// Whether a person can write a value of that type, on the command line as well.
bool can_be_given(const Type& type) {
  switch (type.kind) {
    case K::Any:
    case K::Null:
    case K::Bytes:
    case K::Object:
      return false;
    default:
      return std::all_of(type.arguments.begin(), type.arguments.end(), can_be_given);
  }
}

bool has_limits(const Type& type) {
  return type.kind == K::Int || type.kind == K::Uint || type.kind == K::Double ||
         type.kind == K::Duration;
}

/// Reads one entry of `params`.
class ParamLoader {
 public:
  ParamLoader(Form& form, const YamlNode::Member& entry)
      : form_(form),
        entry_(entry) {}

  Param load() {
    const YamlNode& map = entry_.value;
    param_.name = entry_.key;
    param_.pos = entry_.key_pos;
    form_.check_id(param_.name, param_.pos, "parameter");
    if (!form_.check_keys(map, "param", fmt::format("parameter '{}'", param_.name))) {
      return std::move(param_);
    }
    param_.doc = form_.text(Form::member(map, "doc"), what("doc"));
    param_.required =
        form_.boolean(Form::member(map, "required"), what("required")).value_or(false);
    if (!load_type(map)) {
      return std::move(param_);
    }
    param_.least = limit(map, "min");
    param_.most = limit(map, "max");
    load_default(map);
    return std::move(param_);
  }

 private:
  [[nodiscard]] std::string what(std::string_view key) const {
    return fmt::format("'{}' of parameter '{}'", key, param_.name);
  }

  /// Whether the type is known, so that values can be judged.
  bool load_type(const YamlNode& map) {
    const YamlNode* node = Form::member(map, "type");
    const std::string text = form_.text(node, what("type"));
    if (text.empty()) {
      return false;
    }
    auto type = Type::parse(text);
    if (!type) {
      form_.report(kWrongType, *node, type.error().message, type.error().hint);
      return false;
    }
    if (!can_be_given(*type)) {
      form_.report(kWrongType,
                   *node,
                   fmt::format("a parameter cannot be of type {}", type->text()),
                   "write string, bool, int, double, duration, timestamp, quantity, enum<a|b>, "
                   "list<int>, map<string>, ref<Kafka> or secret");
      return false;
    }
    param_.type = *std::move(type);
    return load_values(map, *node);
  }

  bool load_values(const YamlNode& map, const YamlNode& type) {
    const YamlNode* values = Form::member(map, "values");
    const bool is_enum = param_.type.kind == K::Enum;
    if (values == nullptr) {
      if (is_enum && param_.type.names.empty()) {
        form_.report(kMissingKey,
                     type,
                     fmt::format("{} lacks 'values'", what("type")),
                     "add values: [a, b]");
      }
      return !is_enum || !param_.type.names.empty();
    }
    if (!is_enum || !param_.type.names.empty()) {
      form_.report(kWrongType,
                   *values,
                   fmt::format("{} goes with type: enum only", what("values")),
                   "remove it");
      return false;
    }
    for (const YamlNode* item : form_.items(values, what("values"))) {
      param_.type.names.push_back(form_.text(item, what("values")));
    }
    return !param_.type.names.empty();
  }

  std::optional<Value> limit(const YamlNode& map, std::string_view key) {
    const YamlNode* node = Form::member(map, key);
    if (node == nullptr) {
      return std::nullopt;
    }
    if (!has_limits(param_.type)) {
      form_.report(
          kWrongType,
          *node,
          fmt::format(
              "{} goes with numbers and durations only, not {}", what(key), param_.type.text()),
          "remove it");
      return std::nullopt;
    }
    return converted(*node, key);
  }

  /// Reports every scalar of a value of type `type` that not every YAML reads alike.
  bool has_ambiguous(const YamlNode& node, const Type& type, const std::string& name) {
    bool found = !is_text(type) && form_.is_ambiguous(node, name);
    for (const YamlNode& item : node.items) {
      found = has_ambiguous(item, type.element(), name) || found;
    }
    for (const YamlNode::Member& member : node.members) {
      found = has_ambiguous(member.value, type.element(), name) || found;
    }
    return found;
  }

  std::optional<Value> converted(const YamlNode& node, std::string_view key) {
    const bool listed =
        param_.type.kind == K::List || param_.type.kind == K::Map || param_.type.kind == K::Object;
    if (listed && node.is_scalar()) {
      form_.report(
          kBadDefault,
          node,
          fmt::format("{}: expected {}, got '{}'", what(key), param_.type.text(), node.scalar),
          param_.type.kind == K::List ? "write it like [a, b]" : "write it like {key: value}");
      return std::nullopt;
    }
    if (has_ambiguous(node, param_.type, what(key))) {
      return std::nullopt;
    }
    auto value = convert(plain_value(node), param_.type);
    if (value) {
      return *std::move(value);
    }
    form_.report(kBadDefault,
                 node,
                 fmt::format("{}: {}", what(key), value.error().text()),
                 value.error().hint);
    return std::nullopt;
  }

  void load_default(const YamlNode& map) {
    const YamlNode* node = Form::member(map, "default");
    if (param_.least && param_.most && is_less(*param_.most, *param_.least)) {
      form_.report(kBadDefault,
                   *Form::member(map, "max"),
                   fmt::format("{} is less than 'min'", what("max")),
                   "exchange the two");
    }
    if (node == nullptr) {
      return;
    }
    if (param_.required) {
      form_.report(kBadDefault,
                   *node,
                   fmt::format("{}: a required parameter has no default", what("default")),
                   "remove one of the two");
    }
    if (param_.type.kind == K::Secret) {
      form_.report(
          kBadDefault, *node, fmt::format("{}: {}", what("default"), kSecretDefault), "remove it");
      return;
    }
    param_.fallback = converted(*node, "default");
    if (param_.fallback) {
      check_limits(*node);
    }
  }

  void check_limits(const YamlNode& node) {
    if (param_.least && is_less(*param_.fallback, *param_.least)) {
      form_.report(kBadDefault,
                   node,
                   fmt::format("{}: {} is less than min {}",
                               what("default"),
                               shown(*param_.fallback),
                               shown(*param_.least)));
    }
    if (param_.most && is_less(*param_.most, *param_.fallback)) {
      form_.report(kBadDefault,
                   node,
                   fmt::format("{}: {} is more than max {}",
                               what("default"),
                               shown(*param_.fallback),
                               shown(*param_.most)));
    }
  }

  Form& form_;
  const YamlNode::Member& entry_;
  Param param_;
};

}  // namespace

std::vector<Param> load_params(Form& form, const YamlNode* node) {
  std::vector<Param> params;
  if (node == nullptr) {
    return params;
  }
  if (!node->is_map()) {
    form.report(kWrongType,
                *node,
                fmt::format("'params' must be a map, not {}", base::kind_word(*node)),
                "write params: {name: {type: string}}");
    return params;
  }
  for (const YamlNode::Member& entry : node->members) {
    if (entry.value.is_null()) {
      form.report(kEmptyValue,
                  entry.key_pos,
                  count_characters(entry.key),
                  fmt::format("parameter '{}' has no value", entry.key),
                  fmt::format("write {}: {{type: string}}", entry.key));
      continue;
    }
    params.push_back(ParamLoader(form, entry).load());
  }
  return params;
}

}  // namespace cfkops::runbook
