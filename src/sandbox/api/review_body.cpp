#include "api/review_body.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";

/// The fields of one message of the wire format; of groups and fixed numbers there are none here.
class Message {
 public:
  explicit Message(std::string_view bytes)
      : left_(bytes) {}

  // The next field with bytes in it; none at the end or where the message is broken.
  std::optional<std::pair<std::uint64_t, std::string_view>> next() {
    while (!left_.empty()) {
      const auto tag = number();
      if (!tag) {
        return std::nullopt;
      }
      const auto value = number();
      if (!value) {
        return std::nullopt;
      }
      if ((*tag & 7U) == 0) {
        continue;
      }
      if ((*tag & 7U) != 2 || *value > left_.size()) {
        return std::nullopt;
      }
      const std::string_view bytes = left_.substr(0, *value);
      left_.remove_prefix(*value);
      return std::pair(*tag >> 3U, bytes);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string_view field(std::uint64_t wanted) const {
    Message rest(left_);
    while (const auto found = rest.next()) {
      if (found->first == wanted) {
        return found->second;
      }
    }
    return {};
  }

  [[nodiscard]] bool has(std::uint64_t wanted) const {
    Message rest(left_);
    while (const auto found = rest.next()) {
      if (found->first == wanted) {
        return true;
      }
    }
    return false;
  }

 private:
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
};

void set_text(Value& in, const char* name, std::string_view text) {
  if (!text.empty()) {
    in[name] = std::string(text);
  }
}

Value resource_attributes(const Message& message) {
  constexpr std::array<const char*, 7> kNames = {
      "namespace", "verb", "group", "version", "resource", "subresource", "name"};
  Value attributes = Value::object();
  std::uint64_t number = 0;
  for (const char* const name : kNames) {
    set_text(attributes, name, message.field(++number));
  }
  return attributes;
}

Value access_spec(const Message& message) {
  Value spec = Value::object();
  if (message.has(1)) {
    spec["resourceAttributes"] = resource_attributes(Message(message.field(1)));
  }
  if (message.has(2)) {
    const Message attributes(message.field(2));
    Value& value = spec["nonResourceAttributes"] = Value::object();
    set_text(value, "path", attributes.field(1));
    set_text(value, "verb", attributes.field(2));
  }
  return spec;
}

Answer<Value> from_protobuf(const Kind& kind, std::string_view bytes) {
  constexpr std::string_view kMagic("k8s\0", 4);
  const std::string& name = kind.resource().kind;
  if (!bytes.starts_with(kMagic)) {
    return refuse(
        bad_request("provided data does not appear to be a protobuf message, expected "
                    "prefix [107 56 115 0]"));
  }
  const Message unknown(bytes.substr(kMagic.size()));
  const Message raw(unknown.field(2));
  const Message spec(raw.field(2));
  Value object = Value::object();
  object["kind"] = name;
  object["apiVersion"] = kind.resource().api_version();
  if (name == "SelfSubjectAccessReview") {
    object["spec"] = access_spec(spec);
  } else if (name == "SelfSubjectRulesReview") {
    object["spec"] = Value::object();
    set_text(object["spec"], "namespace", spec.field(1));
  } else if (name != "SelfSubjectReview") {
    Refusal refusal;
    refusal.code = 415;
    refusal.reason = "UnsupportedMediaType";
    refusal.message =
        "the body of the request was in an unknown format - accepted media types "
        "include: application/json, application/yaml";
    return refuse(std::move(refusal));
  }
  return object;
}

}  // namespace

Answer<Value> read_review(Exchange& exchange) {
  const Kind& kind = *exchange.route.kind;
  const std::string type = exchange.header("Content-Type");
  if (type.starts_with(kProtobuf)) {
    return from_protobuf(kind, exchange.request.body);
  }
  StrictErrors strict;
  auto object = decode_body(exchange.request.body, type, strict);
  if (!object) {
    return object;
  }
  if (auto decoded = decode_object(kind, *object, strict); !decoded) {
    return refuse(std::move(decoded.error()));
  }
  return object;
}

}  // namespace cfkops::sandbox
