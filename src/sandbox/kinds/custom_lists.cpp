#include "kinds/custom_validation.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <vector>

namespace cfkops::sandbox {

namespace {

void check_lists(const Value& open_api,
                 const Value& value,
                 const std::string& field,
                 FieldErrors& errors);

/// The second appearance of what is there more than once; the third and later are not told.
std::vector<std::size_t> second_ones(const std::vector<Value>& values) {
  std::vector<std::size_t> seconds;
  for (std::size_t index = 1; index < values.size(); ++index) {
    const auto here = values.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::count(values.begin(), here, values.at(index)) == 1) {
      seconds.push_back(index);
    }
  }
  return seconds;
}

void check_set(const Value& list, const std::string& field, FieldErrors& errors) {
  const std::vector<Value> values(list.begin(), list.end());
  for (const std::size_t index : second_ones(values)) {
    errors.duplicate(fmt::format("{}[{}]", field, index), values.at(index));
  }
}

void check_map_list(const Value& open_api,
                    const Value& list,
                    const std::string& field,
                    FieldErrors& errors) {
  std::vector<Value> keys;
  for (const Value& element : list) {
    if (!element.is_object() && !element.is_null()) {
      errors.invalid(fmt::format("{}[{}]", field, keys.size()),
                     element,
                     "must be an object for an array of list-type map");
      return;
    }
    Value key = Value::object();
    for (const Value& name : list_at(open_api, {"x-kubernetes-list-map-keys"})) {
      if (const auto found = element.find(name.get_ref<const std::string&>());
          element.is_object() && found != element.end()) {
        key.emplace(name.get<std::string>(), *found);
      }
    }
    keys.push_back(std::move(key));
  }
  for (const std::size_t index : second_ones(keys)) {
    errors.duplicate(fmt::format("{}[{}]", field, index), keys.at(index));
  }
}

void check_list(const Value& open_api,
                const Value& list,
                const std::string& field,
                FieldErrors& errors) {
  const std::string type = text_at(open_api, {"x-kubernetes-list-type"});
  if (type == "set") {
    check_set(list, field, errors);
  } else if (type == "map") {
    check_map_list(open_api, list, field, errors);
  }
  if (const Value* items = find(open_api, {"items"}); items != nullptr) {
    std::size_t index = 0;
    for (const Value& element : list) {
      check_lists(*items, element, fmt::format("{}[{}]", field, index++), errors);
    }
  }
}

/// The schema and path of each member that the schema knows.
template <class Visit>
void for_members(const Value& open_api,
                 const Value& object,
                 const std::string& field,
                 const Visit& visit) {
  const Value& properties = object_at(open_api, {"properties"});
  const Value* more = find(open_api, {"additionalProperties"});
  for (const auto& [name, member] : object.items()) {
    if (const auto property = properties.find(name); property != properties.end()) {
      visit(*property, member, child_field(field, name));
    } else if (more != nullptr && more->is_object()) {
      visit(*more, member, fmt::format("{}[{}]", field, name));
    }
  }
}

void check_lists(const Value& open_api,
                 const Value& value,
                 const std::string& field,
                 FieldErrors& errors) {
  if (value.is_array()) {
    check_list(open_api, value, field, errors);
  } else if (value.is_object()) {
    for_members(open_api,
                value,
                field,
                [&errors](const Value& schema, const Value& member, const std::string& path) {
                  check_lists(schema, member, path, errors);
                });
  }
}

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return text;
}

void check_api_version(const Value& value, const std::string& field, FieldErrors& errors) {
  if (!value.is_string()) {
    errors.invalid(field, value, "must be a string");
  } else if (value.get_ref<const std::string&>().empty()) {
    errors.invalid(field, value, "must not be empty");
  } else if (std::ranges::count(value.get_ref<const std::string&>(), '/') > 1) {
    errors.invalid(field, value, "unexpected GroupVersion string: " + value.get<std::string>());
  }
}

void check_kind(const Value& value, const std::string& field, FieldErrors& errors) {
  if (!value.is_string()) {
    errors.invalid(field, value, "must be a string");
    return;
  }
  const std::string kind = value.get<std::string>();
  if (kind.empty()) {
    errors.invalid(field, value, "must not be empty");
    return;
  }
  FieldErrors label;
  validate_dns1035_label(lowered(kind), field, label);
  std::vector<std::string> details;
  std::ranges::transform(label.all(), std::back_inserter(details), [](const FieldError& error) {
    return error.detail;
  });
  if (!details.empty()) {
    errors.invalid(field,
                   value,
                   fmt::format("may have mixed case, but should otherwise match: {}",
                               fmt::join(details, ",")));
  }
}

void check_embedded(const Value& object, const std::string& field, FieldErrors& errors) {
  for (const char* name : {"apiVersion", "kind"}) {
    if (!object.contains(name)) {
      errors.required(child_field(field, name));
    }
  }
  if (const auto found = object.find("apiVersion"); found != object.end()) {
    check_api_version(*found, child_field(field, "apiVersion"), errors);
  }
  if (const auto found = object.find("kind"); found != object.end()) {
    check_kind(*found, child_field(field, "kind"), errors);
  }
  const std::string metadata = child_field(field, "metadata");
  if (const std::string name = text_at(object, {"metadata", "name"}); !name.empty()) {
    validate_path_segment(name, child_field(metadata, "name"), errors);
  }
  validate_labels(
      object_at(object, {"metadata", "labels"}), child_field(metadata, "labels"), errors);
}

}  // namespace

void validate_list_types(const Value& open_api, const Value& object, FieldErrors& errors) {
  check_lists(open_api, object, "", errors);
}

void validate_embedded(const Value& open_api,
                       const Value& value,
                       const std::string& field,
                       FieldErrors& errors) {
  if (value.is_array()) {
    if (const Value* items = find(open_api, {"items"}); items != nullptr) {
      std::size_t index = 0;
      for (const Value& element : value) {
        validate_embedded(*items, element, fmt::format("{}[{}]", field, index++), errors);
      }
    }
    return;
  }
  if (!value.is_object()) {
    return;
  }
  if (flag_at(open_api, {"x-kubernetes-embedded-resource"})) {
    check_embedded(value, field, errors);
  }
  for_members(open_api,
              value,
              field,
              [&errors](const Value& schema, const Value& member, const std::string& path) {
                validate_embedded(schema, member, path, errors);
              });
}

}  // namespace cfkops::sandbox
