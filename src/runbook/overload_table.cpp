#include "overload_table.hpp"

#include <algorithm>
#include <initializer_list>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

constexpr Overload overload(std::string_view name, K result, std::initializer_list<K> parameters) {
  Overload overload{name, {}, parameters.size(), result};
  std::copy(parameters.begin(), parameters.end(), overload.parameters.begin());
  return overload;
}

constexpr std::array<Overload, 111> kOverloads = {{
    overload("add", K::Quantity, {K::Quantity, K::Quantity}),
    overload("add", K::Quantity, {K::Quantity, K::Int}),
    overload("asApproximateFloat", K::Double, {K::Quantity}),
    overload("asInteger", K::Int, {K::Quantity}),
    overload("bool", K::Bool, {K::Bool}),
    overload("bool", K::Bool, {K::String}),
    overload("bytes", K::Bytes, {K::Bytes}),
    overload("bytes", K::Bytes, {K::String}),
    overload("charAt", K::String, {K::String, K::Int}),
    overload("compareTo", K::Int, {K::Quantity, K::Quantity}),
    overload("compareTo", K::Int, {K::Semver, K::Semver}),
    overload("contains", K::Bool, {K::String, K::String}),
    overload("double", K::Double, {K::Double}),
    overload("double", K::Double, {K::Int}),
    overload("double", K::Double, {K::String}),
    overload("double", K::Double, {K::Uint}),
    overload("duration", K::Duration, {K::Duration}),
    overload("duration", K::Duration, {K::String}),
    overload("endsWith", K::Bool, {K::String, K::String}),
    overload("find", K::String, {K::String, K::String}),
    overload("findAll", K::List, {K::String, K::String}),
    overload("findAll", K::List, {K::String, K::String, K::Int}),
    overload("format", K::String, {K::String, K::List}),
    overload("getDate", K::Int, {K::Timestamp}),
    overload("getDate", K::Int, {K::Timestamp, K::String}),
    overload("getDayOfMonth", K::Int, {K::Timestamp}),
    overload("getDayOfMonth", K::Int, {K::Timestamp, K::String}),
    overload("getDayOfWeek", K::Int, {K::Timestamp}),
    overload("getDayOfWeek", K::Int, {K::Timestamp, K::String}),
    overload("getDayOfYear", K::Int, {K::Timestamp}),
    overload("getDayOfYear", K::Int, {K::Timestamp, K::String}),
    overload("getFullYear", K::Int, {K::Timestamp}),
    overload("getFullYear", K::Int, {K::Timestamp, K::String}),
    overload("getHours", K::Int, {K::Duration}),
    overload("getHours", K::Int, {K::Timestamp}),
    overload("getHours", K::Int, {K::Timestamp, K::String}),
    overload("getMilliseconds", K::Int, {K::Duration}),
    overload("getMilliseconds", K::Int, {K::Timestamp}),
    overload("getMilliseconds", K::Int, {K::Timestamp, K::String}),
    overload("getMinutes", K::Int, {K::Duration}),
    overload("getMinutes", K::Int, {K::Timestamp}),
    overload("getMinutes", K::Int, {K::Timestamp, K::String}),
    overload("getMonth", K::Int, {K::Timestamp}),
    overload("getMonth", K::Int, {K::Timestamp, K::String}),
    overload("getSeconds", K::Int, {K::Duration}),
    overload("getSeconds", K::Int, {K::Timestamp}),
    overload("getSeconds", K::Int, {K::Timestamp, K::String}),
    overload("indexOf", K::Int, {K::String, K::String}),
    overload("indexOf", K::Int, {K::List, K::Any}),
    overload("indexOf", K::Int, {K::String, K::String, K::Int}),
    overload("int", K::Int, {K::Double}),
    overload("int", K::Int, {K::Int}),
    overload("int", K::Int, {K::String}),
    overload("int", K::Int, {K::Timestamp}),
    overload("int", K::Int, {K::Uint}),
    overload("isGreaterThan", K::Bool, {K::Quantity, K::Quantity}),
    overload("isGreaterThan", K::Bool, {K::Semver, K::Semver}),
    overload("isInteger", K::Bool, {K::Quantity}),
    overload("isLessThan", K::Bool, {K::Quantity, K::Quantity}),
    overload("isLessThan", K::Bool, {K::Semver, K::Semver}),
    overload("isQuantity", K::Bool, {K::String}),
    overload("isSemver", K::Bool, {K::String}),
    overload("isSemver", K::Bool, {K::String, K::Bool}),
    overload("lastIndexOf", K::Int, {K::String, K::String}),
    overload("lastIndexOf", K::Int, {K::List, K::Any}),
    overload("lastIndexOf", K::Int, {K::String, K::String, K::Int}),
    overload("lowerAscii", K::String, {K::String}),
    overload("major", K::Int, {K::Semver}),
    overload("matches", K::Bool, {K::String, K::String}),
    overload("minor", K::Int, {K::Semver}),
    overload("patch", K::Int, {K::Semver}),
    overload("quantity", K::Quantity, {K::String}),
    overload("quantity", K::Quantity, {K::Quantity}),
    overload("replace", K::String, {K::String, K::String, K::String}),
    overload("replace", K::String, {K::String, K::String, K::String, K::Int}),
    overload("reverse", K::String, {K::String}),
    overload("semver", K::Semver, {K::String}),
    overload("semver", K::Semver, {K::String, K::Bool}),
    overload("sign", K::Int, {K::Quantity}),
    overload("size", K::Int, {K::Bytes}),
    overload("size", K::Int, {K::List}),
    overload("size", K::Int, {K::Map}),
    overload("size", K::Int, {K::String}),
    overload("split", K::List, {K::String, K::String}),
    overload("split", K::List, {K::String, K::String, K::Int}),
    overload("startsWith", K::Bool, {K::String, K::String}),
    overload("string", K::String, {K::Bool}),
    overload("string", K::String, {K::Bytes}),
    overload("string", K::String, {K::Double}),
    overload("string", K::String, {K::Duration}),
    overload("string", K::String, {K::Int}),
    overload("string", K::String, {K::String}),
    overload("string", K::String, {K::Timestamp}),
    overload("string", K::String, {K::Uint}),
    overload("string", K::String, {K::Quantity}),
    overload("string", K::String, {K::Semver}),
    overload("strings.quote", K::String, {K::String}),
    overload("sub", K::Quantity, {K::Quantity, K::Quantity}),
    overload("sub", K::Quantity, {K::Quantity, K::Int}),
    overload("substring", K::String, {K::String, K::Int}),
    overload("substring", K::String, {K::String, K::Int, K::Int}),
    overload("timestamp", K::Timestamp, {K::Int}),
    overload("timestamp", K::Timestamp, {K::String}),
    overload("timestamp", K::Timestamp, {K::Timestamp}),
    overload("trim", K::String, {K::String}),
    overload("type", K::TypeType, {K::Any}),
    overload("uint", K::Uint, {K::Double}),
    overload("uint", K::Uint, {K::Int}),
    overload("uint", K::Uint, {K::String}),
    overload("uint", K::Uint, {K::Uint}),
    overload("upperAscii", K::String, {K::String}),
}};

}  // namespace

std::span<const Overload> all_overloads() {
  return kOverloads;
}

}  // namespace cfkops::runbook
