#include "json_reader.hpp"
#include "patch.hpp"
#include "refusal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::string_view json_type(const Value& value) {
  return value.is_number() ? "number" : value.is_boolean() ? "bool" : value.type_name();
}

/// What is wrong with the operations, if anything; unknown members go to `strict`.
std::optional<std::string> check_operations(const Value& patch, std::vector<std::string>& strict) {
  constexpr std::array<std::string_view, 4> kMembers = {"op", "path", "from", "value"};
  for (std::size_t i = 0; i < patch.size(); ++i) {
    if (patch[i].is_null()) {
      continue;
    }
    if (!patch[i].is_object()) {
      return fmt::format("json: cannot unmarshal {} into Go value of type handlers.jsonPatchOp",
                         json_type(patch[i]));
    }
    for (const auto& [name, member] : patch[i].items()) {
      if (std::ranges::find(kMembers, name) == kMembers.end()) {
        strict.push_back("json patch unknown field " + go_quoted(fmt::format("[{}].{}", i, name)));
      } else if (name != "value" && !member.is_string() && !member.is_null()) {
        return fmt::format(
            "json: cannot unmarshal {} into Go struct field jsonPatchOp.{} of type string",
            json_type(member),
            name);
      }
    }
  }
  return std::nullopt;
}

}  // namespace

Answer<Value> decode_patch(std::string_view body,
                           PatchForm form,
                           std::vector<std::string>& strict) {
  const bool is_list = form == PatchForm::Json;
  // The strategic patch's decoder does not say what it was about.
  const std::string_view where = form == PatchForm::Strategic ? "" : "error decoding patch: ";
  std::vector<std::string> duplicates;
  tl::expected<Value, std::string> patch = read_json(body, duplicates);
  if (!patch) {
    return refuse(bad_request(fmt::format("{}{}", where, patch.error())));
  }
  for (const std::string& duplicate : duplicates) {
    strict.push_back((is_list ? "json patch " : "") + duplicate);
  }
  if (patch->is_null()) {
    *patch = is_list ? Value::array() : Value::object();
  }
  if (is_list ? !patch->is_array() : !patch->is_object()) {
    return refuse(
        bad_request(fmt::format("{}json: cannot unmarshal {} into Go value of type {}",
                                where,
                                json_type(*patch),
                                is_list ? "[]handlers.jsonPatchOp" : "map[string]interface {}")));
  }
  if (is_list) {
    if (const auto wrong = check_operations(*patch, strict)) {
      return refuse(bad_request(fmt::format("{}{}", where, *wrong)));
    }
  }
  return *std::move(patch);
}

}  // namespace cfkops::sandbox
