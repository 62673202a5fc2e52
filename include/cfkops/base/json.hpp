#pragma once

#include "cfkops/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::base {

/// An immutable JSON value that shares ownership of the document it lies in, and knows its path
/// there.
///
/// It stands at every module border instead of the library's own type, whose `operator[]` aborts or
/// inserts. Accessors take a JSON Pointer (RFC 6901) relative to this value and name the full path
/// in their errors: "/status/readyReplicas: expected number, got string". Errors: NotFound where
/// the path is missing or null, Protocol where the type differs, InvalidInput where the pointer is
/// none. Copying is cheap; thread-safe for reading.
class Json {
 public:
  /// null
  Json();

  /// Takes over a value of the library's type; for the .cpp files that build JSON.
  explicit Json(nlohmann::json value);

  /// Exactly one document, at most 500 levels deep; of two equal keys the last wins. The error
  /// quotes nothing of the content. Errors: Protocol, with the byte offset.
  [[nodiscard]] static Result<Json> parse(std::string_view text);

  /// The same as a value of the library's type, for the .cpp files that take one apart. Errors: as
  /// `parse`.
  [[nodiscard]] static Result<nlohmann::json> parse_raw(std::string_view text);

  /// Which of JSON's types it is.
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool is_string() const;
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_boolean() const;

  /// The value at `pointer`; "" is this value itself.
  [[nodiscard]] Result<Json> at(std::string_view pointer) const;

  /// The value at `pointer`, or null where there is none.
  [[nodiscard]] Json get(std::string_view pointer) const;

  /// Something other than null is there.
  [[nodiscard]] bool has(std::string_view pointer) const;

  /// The value at `pointer` as what it must be.
  [[nodiscard]] Result<std::string> string_at(std::string_view pointer) const;
  [[nodiscard]] Result<std::int64_t> int_at(std::string_view pointer) const;
  [[nodiscard]] Result<double> number_at(std::string_view pointer) const;
  [[nodiscard]] Result<bool> bool_at(std::string_view pointer) const;

  /// The same with a fallback for a missing path or another type: for optional fields of the API.
  [[nodiscard]] std::string string_or(std::string_view pointer, std::string_view fallback) const;
  [[nodiscard]] std::int64_t int_or(std::string_view pointer, std::int64_t fallback) const;
  [[nodiscard]] bool bool_or(std::string_view pointer, bool fallback) const;

  /// The elements of the array at `pointer`, empty where it is missing or not an array.
  [[nodiscard]] std::vector<Json> items(std::string_view pointer = "") const;

  /// The same of an array of strings; an element of another type is "".
  [[nodiscard]] std::vector<std::string> strings(std::string_view pointer = "") const;

  /// The members of the object at `pointer` in key order, empty where it is missing or not an
  /// object.
  [[nodiscard]] std::vector<std::pair<std::string, Json>> members(
      std::string_view pointer = "") const;

  /// Compact, keys sorted, UTF-8 (invalid bytes replaced): the canonical form that hashes are taken
  /// over.
  [[nodiscard]] std::string dump() const;

  /// The integer that one of the library's values is, however it is written, if it fits: what
  /// `int_at` gives.
  [[nodiscard]] static std::optional<std::int64_t> to_int(const nlohmann::json& value);

  /// The library's value, for the .cpp files that include it. Lives as long as any copy of this.
  [[nodiscard]] const nlohmann::json& raw() const;

  /// Where this value lies in its document ("" at the top).
  [[nodiscard]] const std::string& path() const { return path_; }

  friend bool operator==(const Json& a, const Json& b);

 private:
  Json(std::shared_ptr<const nlohmann::json> root, const nlohmann::json* node, std::string path);
  [[nodiscard]] const nlohmann::json* find(std::string_view pointer) const;
  [[nodiscard]] Error missing(std::string_view pointer) const;
  [[nodiscard]] Error mismatch(std::string_view pointer,
                               const nlohmann::json& found,
                               std::string_view wanted) const;

  std::shared_ptr<const nlohmann::json> root_;
  const nlohmann::json* node_;
  std::string path_;
};

/// Escapes one key for use in a JSON Pointer ("~" and "/").
[[nodiscard]] std::string pointer_token(std::string_view key);

}  // namespace cfkops::base

namespace cfkops {
using base::Json;
}  // namespace cfkops
