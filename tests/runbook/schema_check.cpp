#include "schema_check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <regex>

namespace cfkops::runbook {

namespace {

using nlohmann::json;

bool is_of_type(const std::string& type, const json& value) {
  return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
         (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
         (type == "number" && value.is_number()) ||
         (type == "integer" && value.is_number_integer()) || (type == "null" && value.is_null());
}

class Checker {
 public:
  explicit Checker(const json& root)
      : root_(root) {}

  std::string check(const json& schema, const json& value, const std::string& path) const {
    if (schema.is_boolean()) {
      return schema.get<bool>() ? "" : path + ": not allowed";
    }
    for (const auto& [keyword, rule] : schema.items()) {
      std::string why = judge(keyword, rule, schema, value, path);
      if (!why.empty()) {
        return why;
      }
    }
    return {};
  }

 private:
  std::string judge(const std::string& keyword,
                    const json& rule,
                    const json& schema,
                    const json& value,
                    const std::string& path) const {
    static const std::map<std::string, bool> kAnnotations = {{"$schema", true},
                                                             {"$defs", true},
                                                             {"title", true},
                                                             {"description", true},
                                                             {"default", true},
                                                             {"examples", true},
                                                             {"then", true}};
    if (kAnnotations.contains(keyword)) {
      return {};
    }
    if (keyword == "$ref") {
      return check(root_.at(json::json_pointer(rule.get<std::string>().substr(1))), value, path);
    }
    if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") {
      return combined(keyword, rule, value, path);
    }
    if (keyword == "if") {
      return check(rule, value, path).empty() ? check(schema.at("then"), value, path) : "";
    }
    if (keyword == "not") {
      return check(rule, value, path).empty() ? path + ": what it must not be" : "";
    }
    if (keyword == "type" || keyword == "enum" || keyword == "const" || keyword == "pattern" ||
        keyword == "minimum") {
      return simple(keyword, rule, value) ? "" : path + ": " + keyword + " " + rule.dump();
    }
    return parts(keyword, rule, schema, value, path);
  }

  std::string combined(const std::string& keyword,
                       const json& rules,
                       const json& value,
                       const std::string& path) const {
    std::size_t fits = 0;
    std::string first;
    for (const json& rule : rules) {
      const std::string why = check(rule, value, path);
      fits += why.empty() ? 1U : 0U;
      first = first.empty() ? why : first;
    }
    const bool good = keyword == "allOf"   ? fits == rules.size()
                      : keyword == "anyOf" ? fits > 0
                                           : fits == 1;
    return good ? "" : path + ": " + keyword + ": " + first;
  }

  static bool simple(const std::string& keyword, const json& rule, const json& value) {
    if (keyword == "type") {
      const json types = rule.is_array() ? rule : json::array({rule});
      return std::any_of(types.begin(), types.end(), [&value](const json& type) {
        return is_of_type(type.get<std::string>(), value);
      });
    }
    if (keyword == "enum") {
      return std::find(rule.begin(), rule.end(), value) != rule.end();
    }
    if (keyword == "pattern") {
      return !value.is_string() ||
             std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()));
    }
    return keyword == "minimum" ? !value.is_number() || value >= rule : value == rule;
  }

  std::string parts(const std::string& keyword,
                    const json& rule,
                    const json& schema,
                    const json& value,
                    const std::string& path) const {
    if (keyword == "items") {
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
        std::string why = check(rule, value[i], path + "/" + std::to_string(i));
        if (!why.empty()) {
          return why;
        }
      }
      return {};
    }
    if (keyword == "required") {
      for (const json& key : rule) {
        if (value.is_object() && !value.contains(key.get<std::string>())) {
          return path + ": lacks " + key.dump();
        }
      }
      return {};
    }
    if (keyword == "properties" || keyword == "additionalProperties" ||
        keyword == "propertyNames") {
      return value.is_object() ? members(keyword, rule, schema, value, path) : "";
    }
    return "unknown keyword " + keyword;
  }

  std::string members(const std::string& keyword,
                      const json& rule,
                      const json& schema,
                      const json& value,
                      const std::string& path) const {
    const json known = schema.value("properties", json::object());
    for (const auto& [key, member] : value.items()) {
      std::string why;
      if (keyword == "propertyNames") {
        why = check(rule, key, path + "/" + key);
      } else if (keyword == "properties" && rule.contains(key)) {
        why = check(rule.at(key), member, path + "/" + key);
      } else if (keyword == "additionalProperties" && !known.contains(key)) {
        why = check(rule, member, path + "/" + key);
      }
      if (!why.empty()) {
        return why;
      }
    }
    return {};
  }

  const json& root_;
};

}  // namespace

std::string schema_violation(const json& schema, const json& value) {
  return Checker(schema).check(schema, value, "");
}

}  // namespace cfkops::runbook
