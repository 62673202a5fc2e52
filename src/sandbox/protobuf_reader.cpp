#include "protobuf_reader.hpp"

#include "json_reader.hpp"
#include "schema.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

using Type = Schema::Type;

constexpr std::string_view kMagic("k8s\0", 4);
/// Deeper than any kind; what comes from outside must not exhaust the stack.
constexpr int kDepth = 64;

/// A field of a message: a number, or bytes, which are a text or a message themselves.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// The fields of one message of the wire format.
class Message {
 public:
  explicit Message(std::string_view bytes)
      : left_(bytes) {}

  /// None at the end and where the message is broken.
  std::optional<Field> next() {
    if (left_.empty()) {
      return std::nullopt;
    }
    broken_ = true;
    const auto tag = number();
    if (!tag) {
      return std::nullopt;
    }
    Field field{*tag >> 3U, 0, {}};
    const unsigned kind = *tag & 7U;
    if (kind == 0 || kind == 2) {
      const auto value = number();
      if (!value || (kind == 2 && *value > left_.size())) {
        return std::nullopt;
      }
      field.value = *value;
      if (kind == 2) {
        field.bytes = take(*value);
      }
    } else if (kind == 1 && left_.size() >= sizeof(std::uint64_t)) {
      unsigned shift = 0;
      for (const char byte : take(sizeof(std::uint64_t))) {
        field.value |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
        shift += 8;
      }
    } else {
      return std::nullopt;
    }
    broken_ = false;
    return field;
  }

  [[nodiscard]] bool is_broken() const { return broken_; }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
  }

  std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    return std::nullopt;
  }

  std::string_view left_;
  bool broken_ = false;
};

/// What is no UTF-8 is replaced, as in JSON.
std::string text_of(std::string_view bytes) {
  const Value raw = std::string(bytes);
  return Value::parse(raw.dump(-1, ' ', false, Value::error_handler_t::replace)).get<std::string>();
}

class Reader {
 public:
  Value object(const Schema& schema, std::string_view bytes) {
    Value made = Value::object();
    if (++depth_ > kDepth) {
      is_broken_ = true;
    } else {
      fill(made, schema, bytes, "");
    }
    --depth_;
    return made;
  }

  /// The last field of this number; an empty one where there is none.
  Field field_of(std::string_view bytes, std::uint64_t number) {
    Message message(bytes);
    Field found;
    while (const auto field = message.next()) {
      if (field->number == number) {
        found = *field;
      }
    }
    is_broken_ = is_broken_ || message.is_broken();
    return found;
  }

  [[nodiscard]] bool is_broken() const { return is_broken_; }

 private:
  /// `prefix` is the path to a message whose fields are the object's own in JSON.
  void fill(Value& made, const Schema& schema, std::string_view bytes, const std::string& prefix) {
    Message message(bytes);
    while (const auto field = message.next()) {
      const std::string path = prefix + std::to_string(field->number);
      bool is_inlined = false;
      for (const auto& [name, member] : schema.fields) {
        if (member->wire == path) {
          add(made[name], *member, *field);
        }
        is_inlined = is_inlined || member->wire.starts_with(path + ".");
      }
      if (is_inlined) {
        fill(made, schema, field->bytes, path + ".");
      }
    }
    is_broken_ = is_broken_ || message.is_broken();
  }

  /// A field of a list or map comes once for each element.
  void add(Value& member, const Schema& schema, const Field& field) {
    if (schema.type == Type::List && schema.items != nullptr) {
      member.push_back(value_of(*schema.items, field));
    } else if (schema.type == Type::Map && schema.items != nullptr) {
      const std::string key = text_of(field_of(field.bytes, 1).bytes);
      member[key] = value_of(*schema.items, field_of(field.bytes, 2));
    } else {
      member = value_of(schema, field);
    }
  }

  Value value_of(const Schema& schema, const Field& field) {
    switch (schema.type) {
      case Type::Object:
        return object(schema, field.bytes);
      case Type::List:
        return wrapped_list(schema, field.bytes);
      case Type::String:
        return text_of(field.bytes);
      case Type::Bytes:
        return base::base64_encode(field.bytes);
      case Type::Integer:
        return static_cast<std::int64_t>(field.value);
      case Type::Number:
        return std::bit_cast<double>(field.value);
      case Type::Boolean:
        return field.value != 0;
      case Type::IntOrString:
        if (field_of(field.bytes, 1).value != 0) {
          return text_of(field_of(field.bytes, 3).bytes);
        }
        return static_cast<std::int64_t>(field_of(field.bytes, 2).value);
      case Type::Quantity:
        return text_of(field_of(field.bytes, 1).bytes);
      case Type::Time:
      case Type::MicroTime:
        return time_of(field.bytes, schema.type == Type::MicroTime);
      case Type::Any:
      case Type::Map:
        break;
    }
    return raw_json(field_of(field.bytes, 1).bytes);
  }

  /// A list that is the value of a map has a message of its own: its field 1.
  Value wrapped_list(const Schema& schema, std::string_view bytes) {
    Value list = Value::array();
    Message message(bytes);
    while (const auto field = message.next()) {
      add(list, schema, *field);
    }
    is_broken_ = is_broken_ || message.is_broken();
    return list;
  }

  /// The zero time, which is an empty message, is null in JSON.
  Value time_of(std::string_view bytes, bool micro) {
    const auto seconds = static_cast<std::int64_t>(field_of(bytes, 1).value);
    const auto nanos = static_cast<std::int64_t>(field_of(bytes, 2).value);
    constexpr std::int64_t kLast = 253402300799;  // the year 9999
    if (bytes.empty() || seconds < 0 || seconds > kLast || nanos < 0 || nanos > 999999999) {
      return nullptr;
    }
    const base::WallTime time{std::chrono::duration_cast<base::WallTime::duration>(
        std::chrono::seconds(seconds) + std::chrono::nanoseconds(micro ? nanos : 0))};
    return base::format_rfc3339(time);
  }

  Value raw_json(std::string_view text) {
    std::vector<std::string> duplicates;
    auto value = read_json(text, duplicates);
    is_broken_ = is_broken_ || (!value && !text.empty());
    return value ? *std::move(value) : Value();
  }

  int depth_ = 0;
  bool is_broken_ = false;
};

}  // namespace

tl::expected<Value, std::string> read_protobuf(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) {
    return tl::unexpected(std::string(
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"));
  }
  const std::string_view envelope = bytes.substr(kMagic.size());
  Reader reader;
  const std::string_view meta = reader.field_of(envelope, 1).bytes;
  const std::string api_version = text_of(reader.field_of(meta, 1).bytes);
  const std::string kind = text_of(reader.field_of(meta, 2).bytes);
  const Schema* const schema = builtin_schema(api_version, kind);
  if (schema == nullptr) {
    return tl::unexpected(
        fmt::format(R"(no kind "{}" is registered for version "{}")", kind, api_version));
  }
  Value object = reader.object(*schema, reader.field_of(envelope, 2).bytes);
  if (reader.is_broken()) {
    return tl::unexpected(std::string("unexpected EOF"));
  }
  object["apiVersion"] = api_version;
  object["kind"] = kind;
  return object;
}

}  // namespace cfkops::sandbox
