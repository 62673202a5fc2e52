#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cfkops::base {
struct Quantity;
}  // namespace cfkops::base

namespace cfkops::runbook {

class Value;

/// Sequence of bytes that are not text.
struct Bytes {
  std::string data;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;  // NOLINT(modernize-use-nullptr)
};

/// A length of time that no Duration holds: CEL's reach 10,000 years either way.
struct LongDuration {
  std::int64_t seconds = 0;  ///< rounded down
  std::int32_t nanos = 0;    ///< 0 to 999,999,999
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const LongDuration&, const LongDuration&) = default;
};

/// A time that no WallTime holds: CEL's reach from the year 1 to 9999.
struct FarTime {
  std::int64_t seconds = 0;  ///< since 1970, rounded down
  std::int32_t nanos = 0;    ///< 0 to 999,999,999
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const FarTime&, const FarTime&) = default;
};

/// A type as a value, what type(x) gives: CEL's name of it, "int" or "google.protobuf.Timestamp".
struct TypeValue {
  std::string name;
  friend bool operator==(const TypeValue&, const TypeValue&) = default;
};

/// A value, or none: what a.?b gives.
struct OptionalValue {
  std::shared_ptr<const Value> value;  ///< null: none
  friend bool operator==(const OptionalValue& a, const OptionalValue& b);
};

/// A member of a map of which some key is no string.
struct ValueEntry;

struct Semver;
using base::Quantity;

using ValueList = std::vector<Value>;
using ValueMap = std::map<std::string, Value, std::less<>>;
using ValueEntries = std::vector<ValueEntry>;

/// A value of the expression language (CEL's types, Kubernetes' quantity and semver, and our
/// secret). Immutable where shared; copying is cheap. A secret has no text form and never converts
/// to JSON other than "***".
class Value {
 public:
  using Data = std::variant<std::monostate,
                            bool,
                            std::int64_t,
                            std::uint64_t,
                            double,
                            std::string,
                            Bytes,
                            Duration,
                            WallTime,
                            std::shared_ptr<const ValueList>,
                            std::shared_ptr<const ValueMap>,
                            Redacted,
                            LongDuration,
                            FarTime,
                            std::shared_ptr<const ValueEntries>,
                            TypeValue,
                            OptionalValue,
                            std::shared_ptr<const Quantity>,
                            std::shared_ptr<const Semver>>;

  Value() = default;              ///< null
  Value(bool value);              // NOLINT(google-explicit-constructor)
  Value(std::int64_t value);      // NOLINT(google-explicit-constructor)
  Value(int value);               // NOLINT(google-explicit-constructor)
  Value(std::uint64_t value);     // NOLINT(google-explicit-constructor)
  Value(double value);            // NOLINT(google-explicit-constructor)
  Value(std::string value);       // NOLINT(google-explicit-constructor)
  Value(std::string_view value);  // NOLINT(google-explicit-constructor)
  Value(const char* value);       // NOLINT(google-explicit-constructor)
  Value(Bytes value);             // NOLINT(google-explicit-constructor)
  Value(Duration value);          // NOLINT(google-explicit-constructor)
  Value(WallTime value);          // NOLINT(google-explicit-constructor)
  Value(ValueList value);         // NOLINT(google-explicit-constructor)
  Value(ValueMap value);          // NOLINT(google-explicit-constructor)
  Value(Redacted value);          // NOLINT(google-explicit-constructor)
  Value(LongDuration value);      // NOLINT(google-explicit-constructor)
  Value(FarTime value);           // NOLINT(google-explicit-constructor)
  Value(TypeValue value);         // NOLINT(google-explicit-constructor)
  Value(OptionalValue value);     // NOLINT(google-explicit-constructor)
  Value(Quantity value);          // NOLINT(google-explicit-constructor)
  Value(Semver value);            // NOLINT(google-explicit-constructor)

  /// A map of which some key is no string: bools, numbers or strings, sorted, each once.
  [[nodiscard]] static Value of_entries(ValueEntries entries);

  /// JSON's types: whole numbers become int, or uint where they do not fit, other numbers double.
  [[nodiscard]] static Value from_json(const Json& json);

  /// What it holds.
  [[nodiscard]] const Data& data() const { return data_; }

  /// What it holds, if it is a T; else nullptr.
  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&data_);
  }

  /// The elements of a list, or nullptr.
  [[nodiscard]] const ValueList* list() const;

  /// The members of a map whose keys are strings, or nullptr.
  [[nodiscard]] const ValueMap* map() const;

  /// The members of a map of which some key is no string, or nullptr.
  [[nodiscard]] const ValueEntries* entries() const;

  /// The quantity, or nullptr.
  [[nodiscard]] const Quantity* quantity() const;

  /// The version, or nullptr.
  [[nodiscard]] const Semver* semver() const;

  /// It is null.
  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

  /// It is a secret.
  [[nodiscard]] bool is_secret() const { return std::holds_alternative<Redacted>(data_); }

  /// The member of a map, or nullptr.
  [[nodiscard]] const Value* member(std::string_view key) const;

  /// A secret, or something that contains one.
  [[nodiscard]] bool tainted() const { return tainted_; }

  /// How many pieces somebody meets who walks all of it: one for itself and for every sixteen bytes
  /// of text, and those of everything in it, as often as it stands there. Known without walking;
  /// what does not fit is the largest number.
  [[nodiscard]] std::uint32_t weight() const { return weight_; }

  /// The type in words: "int", "list", "timestamp", …, and "secret".
  [[nodiscard]] std::string_view type_name() const;

  /// As it reads in a message or inside `${…}`: strings bare, durations "30s", lists as JSON,
  /// secrets "***".
  [[nodiscard]] std::string text() const;

  /// Durations, times, quantities, versions and types as strings, bytes as base64, none as null,
  /// secrets as "***".
  [[nodiscard]] Json to_json() const;

  /// CEL equality: numbers compare across types, different types are unequal.
  friend bool operator==(const Value& a, const Value& b);

 private:
  Data data_;
  std::uint32_t weight_ = 1;
  bool tainted_ = false;
};

struct ValueEntry {
  Value key;
  Value value;
  friend bool operator==(const ValueEntry&, const ValueEntry&) = default;
};

}  // namespace cfkops::runbook
