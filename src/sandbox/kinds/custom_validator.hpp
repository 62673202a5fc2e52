#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

// How kube-openapi's validator goes over a schema, check by check, and what it counts on the way:
// of several schemas that do not fit, the one with the most matches tells its errors.

/// One thing that is wrong.
struct Found {
  FieldError error;
  std::string message;  ///< equal ones are told once
};

/// What a check says.
struct Outcome {
  std::vector<Found> found;
  int matches = 0;

  void add(Found one);
  void merge(Outcome other);

  [[nodiscard]] bool valid() const { return found.empty(); }
};

/// One place in the value, with the schema for it. All borrowed for the check.
struct Place {
  const Value& schema;
  const Value& value;
  const Value* old;  ///< nullptr where nothing corresponds
  std::string path;  ///< as the messages name it
};

/// Checks values against schemas; `prefix` stands before the fields of all errors.
class SchemaValidator {
 public:
  explicit SchemaValidator(std::string_view prefix)
      : prefix_(prefix) {}

  /// All checks; errors do not count where nothing changed.
  [[nodiscard]] Outcome visit(const Place& place) const;

 private:
  [[nodiscard]] Outcome check(const Place& place) const;
  [[nodiscard]] Outcome check_type(const Place& place) const;
  [[nodiscard]] Outcome check_combined(const Place& place) const;
  [[nodiscard]] Outcome check_any_of(const Place& place, const Value& schemas) const;
  [[nodiscard]] Outcome check_one_of(const Place& place, const Value& schemas) const;
  [[nodiscard]] Outcome check_all_of(const Place& place, const Value& schemas) const;
  [[nodiscard]] Outcome check_text(const Place& place) const;
  [[nodiscard]] Outcome check_number(const Place& place) const;
  [[nodiscard]] Outcome check_list(const Place& place) const;
  [[nodiscard]] Outcome check_enum(const Place& place) const;
  [[nodiscard]] Outcome check_object(const Place& place) const;
  [[nodiscard]] Outcome check_members(const Place& place) const;

  [[nodiscard]] std::string field_of(const std::string& path) const;
  [[nodiscard]] Found invalid(const Place& place,
                              const Value& value,
                              const std::string& rest) const;
  [[nodiscard]] Found wrong_type(const Place& place,
                                 std::string_view expected,
                                 const std::string& actual) const;
  [[nodiscard]] Found combined(const std::string& message) const;

  std::string prefix_;
};

/// The schema's format, "" where it is none that is checked.
[[nodiscard]] std::string format_of(const Value& schema);

/// A whole number of the schema ("maxItems"), if there is one.
[[nodiscard]] std::optional<std::int64_t> bound_of(const Value& schema, std::string_view name);

}  // namespace cfkops::sandbox
