#include "decode_types.hpp"

#include "decode.hpp"
#include "go_text.hpp"

#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <utility>

namespace cfkops::sandbox {

namespace {

using Type = Schema::Type;

/// What stands for a null where something must be.
Value zero_of(const Schema& schema) {
  switch (schema.type) {
    case Type::String:
      return "";
    case Type::Integer:
    case Type::Number:
    case Type::IntOrString:
      return 0;
    case Type::Boolean:
      return false;
    case Type::Quantity:
      return "0";
    case Type::Object:
      return Value::object();
    default:
      return nullptr;
  }
}

bool is_int32(std::int64_t number) {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

/// The words of a decoder for what does not fit.
class Words {
 public:
  Words() = default;
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;
  virtual ~Words() = default;

  /// A value of another JSON type than the schema's.
  [[nodiscard]] virtual std::string mismatch(const Schema& schema, const Value& value) const = 0;

  /// The types that read themselves say it in their own words, but for this.
  [[nodiscard]] virtual std::string own_mismatch(const Value& value,
                                                 std::string_view go_type) const = 0;

  /// A whole number may be written as a fraction: 1.0.
  [[nodiscard]] virtual bool takes_fractions() const = 0;

  /// The way to what is being read: the last struct and the fields up to here.
  void enter(std::string_view go_struct, const std::string& field) {
    go_struct_ = go_struct.substr(go_struct.rfind('.') + 1);
    path_ += (path_.empty() ? "" : ".") + field;
  }

 protected:
  std::string go_struct_;
  std::string path_;

  friend class Walk;
};

class DecoderWords final : public Words {
 public:
  [[nodiscard]] bool takes_fractions() const override { return false; }

  [[nodiscard]] std::string mismatch(const Schema& schema, const Value& value) const override {
    return own_mismatch(value, schema.go_type);
  }

  [[nodiscard]] std::string own_mismatch(const Value& value,
                                         std::string_view go_type) const override {
    const std::string place =
        path_.empty() ? std::string("value") : fmt::format("struct field {}.{}", go_struct_, path_);
    const bool is_integer = go_type == "int" || go_type == "int32" || go_type == "int64";
    const std::string what =
        value.is_number() && is_integer ? "number " + value.dump() : std::string(json_type(value));
    return fmt::format("json: cannot unmarshal {} into Go {} of type {}", what, place, go_type);
  }

 private:
  [[nodiscard]] static std::string_view json_type(const Value& value) {
    return value.is_number() ? "number" : value.is_boolean() ? "bool" : value.type_name();
  }
};

class ConverterWords final : public Words {
 public:
  [[nodiscard]] bool takes_fractions() const override { return true; }

  [[nodiscard]] std::string mismatch(const Schema& schema, const Value& value) const override {
    const std::string_view kind = go_kind_of(value);
    switch (schema.type) {
      case Type::Object:
        return fmt::format("cannot restore struct from: {}", kind);
      case Type::Map:
        return fmt::format("cannot restore map from {}", kind);
      case Type::List:
      case Type::Bytes:
        return fmt::format("cannot restore slice from {}", kind);
      default:
        break;
    }
    // Go has conversions between these, which the converter does not want; for others it has none.
    if ((value.is_number_integer() && schema.type == Type::String) ||
        (value.is_number() && schema.type == Type::Integer)) {
      return fmt::format("cannot convert {} to {}", go_type_of(value), schema.go_type);
    }
    return fmt::format("unrecognized type: {}", basic_kind(schema));
  }

  [[nodiscard]] std::string own_mismatch(const Value& value,
                                         std::string_view go_type) const override {
    const bool is_integer = go_type == "int32";
    const std::string_view what = value.is_number()    ? "number"
                                  : value.is_boolean() ? "bool"
                                                       : value.type_name();
    return fmt::format("json: cannot unmarshal {}{} into Go value of type {}",
                       what,
                       value.is_number() && is_integer ? " " + value.dump() : "",
                       go_type);
  }

 private:
  [[nodiscard]] static std::string basic_kind(const Schema& schema) {
    switch (schema.type) {
      case Type::String:
        return "string";
      case Type::Boolean:
        return "bool";
      case Type::Number:
        return "float64";
      default:
        return schema.go_type;
    }
  }
};

/// Goes through a value with its schema. The first mismatch is told, unless a type that reads
/// itself, which ends the walk at once, says something.
class Walk {
 public:
  explicit Walk(Words& words)
      : words_(words) {}

  void read(const Schema& schema, Value& value) {
    if (!fatal_.empty() || schema.type == Type::Any) {
      return;
    }
    if (value.is_null()) {
      value = zero_of(schema);
      return;
    }
    switch (schema.type) {
      case Type::Object:
        return value.is_object() ? read_object(schema, value) : note(schema, value);
      case Type::Map:
        return value.is_object() ? read_elements(schema, value) : note(schema, value);
      case Type::List:
        return value.is_array() ? read_elements(schema, value) : note(schema, value);
      case Type::IntOrString:
        return read_int_or_string(value);
      case Type::Quantity:
        return read_quantity(value);
      case Type::Time:
      case Type::MicroTime:
        return read_time(value, schema.type == Type::MicroTime);
      case Type::Bytes:
        return read_bytes(schema, value);
      default:
        return read_scalar(schema, value);
    }
  }

  [[nodiscard]] tl::expected<void, std::string> result() const {
    if (!fatal_.empty() || !first_.empty()) {
      return tl::unexpected(fatal_.empty() ? first_ : fatal_);
    }
    return {};
  }

 private:
  void note(const Schema& schema, const Value& value) {
    if (first_.empty()) {
      first_ = words_.mismatch(schema, value);
    }
  }

  void read_object(const Schema& schema, Value& value) {
    const std::string go_struct = words_.go_struct_;
    const std::string path = words_.path_;
    for (auto member = value.begin(); member != value.end();) {
      const auto field = schema.fields.find(member.key());
      if (field == schema.fields.end()) {
        ++member;
        continue;
      }
      if (member->is_null()) {
        member = value.erase(member);
        continue;
      }
      words_.enter(schema.go_type, member.key());
      read(*field->second, *member);
      if (!fatal_.empty()) {
        return;
      }
      words_.go_struct_ = go_struct;
      words_.path_ = path;
      ++member;
    }
  }

  void read_elements(const Schema& schema, Value& value) {
    for (Value& element : value) {
      read(*schema.items, element);
    }
  }

  void read_int_or_string(Value& value) {
    if (value.is_string() || (value.is_number_integer() && is_int32(number_at(value, {})))) {
      return;
    }
    fatal_ = words_.own_mismatch(value, "int32");
  }

  void read_quantity(Value& value) {
    const auto canonical =
        canonical_quantity(value.is_string() ? value.get<std::string>() : go_plain(value));
    if (canonical) {
      value = *canonical;
    } else {
      fatal_ = canonical.error().message;
    }
  }

  void read_time(Value& value, bool micro) {
    if (!value.is_string()) {
      fatal_ = words_.own_mismatch(value, "string");
      return;
    }
    auto canonical = canonical_time(value.get<std::string>(), micro);
    if (canonical) {
      value = *std::move(canonical);
    } else {
      fatal_ = std::move(canonical).error();
    }
  }

  void read_bytes(const Schema& schema, const Value& value) {
    if (!value.is_string()) {
      note(schema, value);
      return;
    }
    const auto& text = value.get_ref<const std::string&>();
    if (first_.empty() && !base::base64_decode(text)) {
      first_ = fmt::format("illegal base64 data at input byte {}", bad_byte(text));
    }
  }

  /// Where Go's decoder of base64 stops.
  [[nodiscard]] static std::size_t bad_byte(const std::string& text) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t bad = text.find_first_not_of(kAlphabet);
    return bad == std::string::npos ? text.size() / 4 * 4 : bad;
  }

  void read_scalar(const Schema& schema, Value& value) {
    bool fits = false;
    const bool is_integer = schema.type == Type::Integer;
    if (is_integer && value.is_number_float() && words_.takes_fractions() &&
        value.get<double>() == std::trunc(value.get<double>())) {
      value = number_at(value, {});
    }
    if (schema.type == Type::String) {
      fits = value.is_string();
    } else if (schema.type == Type::Boolean) {
      fits = value.is_boolean();
    } else if (schema.type == Type::Number) {
      fits = value.is_number();
    } else {
      fits = value.is_number_integer() &&
             (schema.go_type == "int64" || is_int32(number_at(value, {})));
    }
    if (!fits) {
      note(schema, value);
    }
  }

  Words& words_;
  std::string first_;
  std::string fatal_;
};

}  // namespace

tl::expected<void, std::string> read_types(const Schema& schema, Value& value) {
  DecoderWords words;
  Walk walk(words);
  walk.read(schema, value);
  return walk.result();
}

tl::expected<void, std::string> restore_types(const Schema& schema, Value& value) {
  ConverterWords words;
  Walk walk(words);
  walk.read(schema, value);
  return walk.result();
}

}  // namespace cfkops::sandbox
