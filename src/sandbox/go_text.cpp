#include "go_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace cfkops::sandbox {

namespace {

/// %v of a float: the shortest digits, with an exponent only below 1e-4 and from 1e21 on.
std::string float_text(double number) {
  const double size = std::abs(number);
  std::string text = fmt::format("{}", number);
  if (text.find('e') != std::string::npos && size >= 1e-4 && size < 1e21) {
    text = fmt::format("{:.0f}", number);
  }
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

}  // namespace

std::string go_plain(const Value& value) {
  switch (value.type()) {
    case Value::value_t::object: {
      std::string text;
      for (const auto& [name, member] : value.items()) {
        text += (text.empty() ? "" : " ") + name + ":" + go_plain(member);
      }
      return "map[" + text + "]";
    }
    case Value::value_t::array: {
      std::string text;
      for (const Value& element : value) {
        text += (text.empty() ? "" : " ") + go_plain(element);
      }
      return "[" + text + "]";
    }
    case Value::value_t::string:
      return value.get<std::string>();
    case Value::value_t::number_float:
      return float_text(value.get<double>());
    case Value::value_t::null:
      return "<nil>";
    default:
      return value.dump();
  }
}

std::string_view go_type_of(const Value& value) {
  if (value.is_object()) {
    return "map[string]interface {}";
  }
  return value.is_array() ? "[]interface {}" : go_kind_of(value);
}

std::string_view go_kind_of(const Value& value) {
  switch (value.type()) {
    case Value::value_t::object:
      return "map";
    case Value::value_t::array:
      return "slice";
    case Value::value_t::string:
      return "string";
    case Value::value_t::boolean:
      return "bool";
    case Value::value_t::number_float:
      return "float64";
    case Value::value_t::null:
      return "<nil>";
    default:
      return "int64";
  }
}

}  // namespace cfkops::sandbox
