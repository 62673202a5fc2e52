// cel_conformance: reads conformance cases as main.go writes them, and prints what is wrong with
// each, as JSON: name to problem, "" where there is none. Where an evaluation must fail, the
// checker may refuse it before.

#include "cfkops/base/crypto.hpp"
#include "cfkops/runbook/expression.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::runbook {
namespace {

using RawJson = nlohmann::json;
using K = Type::Kind;

constexpr std::int64_t kNanos = 1'000'000'000;

/// What the engine has no notion of, such as a protobuf message.
struct Unsupported {
  std::string what;
};

/// A value as the case writes it: {"int": "1"}.
Value value_of(const RawJson& written);

Value map_of(const RawJson& entries) {
  ValueMap members;
  for (const RawJson& entry : entries) {
    const Value key = value_of(entry.at(0));
    if (key.as<std::string>() == nullptr) {
      throw Unsupported{"a bound map with other keys than strings"};
    }
    members.emplace(*key.as<std::string>(), value_of(entry.at(1)));
  }
  return {std::move(members)};
}

Value value_of(const RawJson& written) {
  const std::string kind = written.begin().key();
  const RawJson& content = written.begin().value();
  if (kind == "null") {
    return {};
  }
  if (kind == "bool") {
    return {content.get<bool>()};
  }
  if (kind == "int") {
    return {static_cast<std::int64_t>(std::stoll(content.get<std::string>()))};
  }
  if (kind == "uint") {
    return {static_cast<std::uint64_t>(std::stoull(content.get<std::string>()))};
  }
  if (kind == "double") {
    return {std::strtod(content.get<std::string>().c_str(), nullptr)};
  }
  if (kind == "string") {
    return {content.get<std::string>()};
  }
  if (kind == "bytes") {
    return {Bytes{base::base64_decode(content.get<std::string>()).value()}};
  }
  if (kind == "duration") {
    return {
        Duration(content.at(0).get<std::int64_t>() * kNanos + content.at(1).get<std::int64_t>())};
  }
  if (kind == "list") {
    ValueList items;
    for (const RawJson& item : content) {
      items.push_back(value_of(item));
    }
    return {std::move(items)};
  }
  if (kind == "map") {
    return map_of(content);
  }
  throw Unsupported{kind};
}

Type type_of(const RawJson& written) {
  if (!written.contains("kind")) {
    throw Unsupported{written.dump()};
  }
  const std::string kind = written.at("kind");
  if (kind == "list") {
    return Type::list_of(type_of(written.at("element")));
  }
  if (kind == "map") {
    return Type::map_of(type_of(written.at("element")), type_of(written.at("key")));
  }
  return Type::parse(kind).value();
}

/// An expression that gives what is expected. It is how values are told that C++ code cannot make:
/// large times, maps with other keys than strings.
std::string source_of(const RawJson& wanted) {
  const std::string kind = wanted.begin().key();
  const RawJson& content = wanted.begin().value();
  if (kind == "duration") {
    const auto seconds = content.at(0).get<std::int64_t>();
    const auto nanos = content.at(1).get<std::int64_t>();
    return fmt::format("duration('{}{}s{}ns')",
                       seconds < 0 || nanos < 0 ? "-" : "",
                       std::abs(seconds),
                       std::abs(nanos));
  }
  if (kind == "type") {
    return content.get<std::string>();
  }
  throw Unsupported{kind};
}

bool same(const Value& got, const RawJson& wanted);

bool same_lists(const Value& got, const RawJson& wanted) {
  const ValueList* items = got.list();
  if (items == nullptr || items->size() != wanted.size()) {
    return false;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    if (!same((*items)[i], wanted.at(i))) {
      return false;
    }
  }
  return true;
}

bool same_maps(const Value& got, const RawJson& wanted) {
  const ValueMap* members = got.map();
  if (members == nullptr || members->size() != wanted.size()) {
    return false;
  }
  for (const RawJson& entry : wanted) {
    const Value* found = got.member(*value_of(entry.at(0)).as<std::string>());
    if (found == nullptr || !same(*found, entry.at(1))) {
      return false;
    }
  }
  return true;
}

/// Equal and of one type; NaN is the same as NaN.
bool same(const Value& got, const RawJson& wanted) {
  const std::string kind = wanted.begin().key();
  if (kind == "list") {
    return same_lists(got, wanted.at(kind));
  }
  if (kind == "map") {
    return same_maps(got, wanted.at(kind));
  }
  if (kind == "duration" || kind == "type") {
    const auto value = Expression::parse(source_of(wanted), {})->evaluate({});
    return value && value->data().index() == got.data().index() && *value == got;
  }
  const Value value = value_of(wanted);
  const auto* number = got.as<double>();
  const auto* wanted_number = value.as<double>();
  if (number != nullptr && wanted_number != nullptr && std::isnan(*number)) {
    return std::isnan(*wanted_number);
  }
  return value.data().index() == got.data().index() && value == got;
}

/// What is wrong with the case, or "".
std::string problem_of(const RawJson& one) {
  const RawJson& wanted = one.at("expected");
  const bool fails = wanted.contains("error");
  if (wanted.contains("unsupported") || one.at("check_only").get<bool>() ||
      one.at("disable_macros").get<bool>()) {
    throw Unsupported{wanted.dump()};
  }
  const auto parsed = Expression::parse(one.at("expression").get<std::string>(), {"case", 1, 1});
  if (!parsed) {
    return "parser: " + parsed.error().message;
  }
  const Expression expression = parsed->within(one.at("container"));
  Scope scope;
  for (const auto& [name, type] : one.at("types").items()) {
    scope.emplace(name, type_of(type));
  }
  Bindings bindings;
  for (const auto& [name, value] : one.at("bindings").items()) {
    bindings.emplace(name, value_of(value));
  }
  if (!one.at("disable_check").get<bool>()) {
    const auto type = expression.check(scope);
    if (!type && !fails) {
      return "checker: " + type.error().message;
    }
  }
  const auto value = expression.evaluate(bindings);
  if (!value || fails) {
    return value.has_value() == fails
               ? (value ? "no error: " + value->text() : "error: " + value.error().message)
               : "";
  }
  return same(*value, wanted)
             ? ""
             : fmt::format("got {} {}, not {}", value->type_name(), value->text(), wanted.dump());
}

std::string try_case(const RawJson& one) {
  try {
    return problem_of(one);
  } catch (const Unsupported& unsupported) {
    return "not supported: " + unsupported.what;
  }
}

}  // namespace
}  // namespace cfkops::runbook

int main() {
  try {
    const auto cases =
        nlohmann::json::parse(std::string(std::istreambuf_iterator<char>(std::cin), {}));
    auto problems = nlohmann::json::object();
    for (const nlohmann::json& one : cases) {
      problems[one.at("id").get<std::string>()] = cfkops::runbook::try_case(one);
    }
    std::cout << problems.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "cel_conformance: " << failure.what() << "\n";
    return 1;
  }
}
