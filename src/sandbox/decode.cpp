#include "decode.hpp"

#include "decode_types.hpp"
#include "json_reader.hpp"
#include "protobuf_reader.hpp"
#include "yaml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kScheme = "pkg/runtime/scheme.go:110";

template <class T>
using Decoded = tl::expected<T, std::string>;

enum class Media { Json, Yaml, Protobuf, Other };

Media media_of(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::ranges::transform(type, type.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  std::erase(type, ' ');
  if (type.empty() || type == "application/json") {
    return Media::Json;
  }
  if (type == "application/vnd.kubernetes.protobuf") {
    return Media::Protobuf;
  }
  const bool is_yaml = type == "application/yaml" || type == "application/apply-patch+yaml";
  return is_yaml ? Media::Yaml : Media::Other;
}

Refusal unsupported_media() {
  Refusal refusal;
  refusal.code = 415;
  refusal.reason = "UnsupportedMediaType";
  refusal.message =
      "the body of the request was in an unknown format - accepted media types include: "
      "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  return refusal;
}

std::string_view json_type(const Value& value) {
  return value.is_number() ? "number" : value.is_boolean() ? "bool" : value.type_name();
}

/// That apiVersion and kind can be read from it.
Decoded<void> check_type_meta(const Value& object) {
  constexpr std::string_view kWhere = "couldn't get version/kind; json parse error: ";
  if (!object.is_object()) {
    return tl::unexpected(
        fmt::format("{}json: cannot unmarshal {} into Go value of type struct {{ APIVersion string "
                    R"("json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }})",
                    kWhere,
                    json_type(object)));
  }
  for (const char* const name : {"apiVersion", "kind"}) {
    if (const Value* found = find(object, {name}); found != nullptr && !found->is_string()) {
      return tl::unexpected(
          fmt::format("{}json: cannot unmarshal {} into Go struct field .{} of type string",
                      kWhere,
                      json_type(*found),
                      name));
    }
  }
  const std::string version = text_at(object, {"apiVersion"});
  if (std::ranges::count(version, '/') > 1) {
    return tl::unexpected("unexpected GroupVersion string: " + version);
  }
  return {};
}

Decoded<Value> read_body(std::string_view body, Media media, StrictErrors& strict) {
  if (media == Media::Protobuf) {
    return read_protobuf(body);
  }
  Decoded<Value> value = media == Media::Yaml ? read_yaml(body, strict) : read_json(body, strict);
  if (!value) {
    if (media == Media::Json) {
      return tl::unexpected("couldn't get version/kind; json parse error: " + value.error());
    }
    return value;
  }
  if (value->is_null()) {
    *value = Value::object();
  }
  if (Decoded<void> checked = check_type_meta(*value); !checked) {
    return tl::unexpected(std::move(checked).error());
  }
  return value;
}

/// The beginning of a body as a message shows it.
std::string summary(std::string_view body) {
  constexpr std::size_t kMost = 30;
  if (body.empty()) {
    return "<empty>";
  }
  const std::string_view shown = body.substr(0, kMost);
  std::string text;
  if (body.front() == '{') {
    text = shown;
  } else {
    for (const char letter : shown) {
      text += fmt::format("{:02x}", static_cast<unsigned char>(letter));
    }
  }
  return body.size() > kMost ? text + " ..." : text;
}

Refusal unrecognized(std::string_view kind, std::string_view why, std::string_view body) {
  return bad_request(kind.empty()
                         ? std::string(why)
                         : fmt::format("the object provided is unrecognized (must be of type {}): "
                                       "{} ({})",
                                       kind,
                                       why,
                                       summary(body)));
}

std::string_view version_of(std::string_view api_version) {
  return api_version.substr(api_version.find('/') + 1);
}

/// The Go package of a group's internal types.
std::string package_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos
             ? "core"
             : std::string(api_version.substr(0, std::min(slash, api_version.find('.'))));
}

Refusal cannot_be_handled(std::string_view api_version,
                          std::string_view kind,
                          const Target& target,
                          std::string_view why) {
  return bad_request(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}",
                                 kind,
                                 version_of(api_version),
                                 target.kind,
                                 why));
}

/// Why a body that says it is something else is not taken.
Refusal wrong_kind(std::string_view api_version, std::string_view kind, const Target& target) {
  const Schema* known = builtin_schema(api_version, kind);
  const std::string go_type = fmt::format("{}.{}", version_of(api_version), kind);
  // Kinds of all groups, like Status, are found under each of them.
  if (known == nullptr || known->go_type != go_type) {
    return cannot_be_handled(api_version,
                             kind,
                             target,
                             fmt::format("no kind {} is registered for version {} in scheme {}",
                                         go_quoted(kind),
                                         go_quoted(api_version),
                                         go_quoted(kScheme)));
  }
  if (kind == target.kind) {
    return bad_request(
        fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                    api_version,
                    target.api_version));
  }
  return cannot_be_handled(api_version,
                           kind,
                           target,
                           fmt::format("converting ({}) to ({}.{}): unknown conversion",
                                       go_type,
                                       package_of(target.api_version),
                                       target.kind));
}

Answer<void> check_target(const Target& target, Value& object, std::string_view body) {
  std::string kind = text_at(object, {"kind"});
  std::string api_version = text_at(object, {"apiVersion"});
  if (target.is_defined) {
    if (kind.empty()) {
      return refuse(unrecognized(
          target.kind,
          fmt::format("Object 'Kind' is missing in '{}'", body.empty() ? object.dump() : body),
          body));
    }
    if (api_version != target.api_version) {
      return refuse(bad_request(fmt::format(
          "the API version in the data ({}) does not match the expected API version ({})",
          api_version,
          target.api_version)));
    }
    return {};
  }
  kind = kind.empty() ? target.kind : kind;
  api_version = api_version.empty() ? target.api_version : api_version;
  if (kind != target.kind || api_version != target.api_version) {
    return refuse(wrong_kind(api_version, kind, target));
  }
  object["kind"] = target.kind;
  object["apiVersion"] = target.api_version;
  return {};
}

/// Of a defined kind only the metadata has types here.
Decoded<void> check_types(const Target& target, Value& object, bool strategic) {
  if (target.schema == nullptr) {
    return {};
  }
  if (!target.is_defined) {
    return strategic ? restore_types(*target.schema, object) : read_types(*target.schema, object);
  }
  const auto metadata = target.schema->fields.find("metadata");
  const auto found = object.find("metadata");
  if (metadata == target.schema->fields.end() || found == object.end()) {
    return {};
  }
  return read_types(*metadata->second, *found);
}

/// Removes what the schema does not know. The decoder does not look into it, so what comes twice
/// there is not told.
void drop_unknown(const Target& target, Value& object, StrictErrors& strict) {
  if (target.schema == nullptr) {
    return;
  }
  for (std::string& unknown : unknown_fields(*target.schema, object)) {
    const std::string_view path = std::string_view(unknown).substr(unknown.find('"') + 1);
    const std::string inside = "duplicate field \"" + std::string(path.substr(0, path.size() - 1));
    std::erase_if(strict, [&inside](const std::string& text) {
      return text.starts_with(inside) &&
             std::string_view("\".[").find(text[inside.size()]) != std::string_view::npos;
    });
    strict.push_back(std::move(unknown));
  }
  prune(*target.schema, object);
}

/// The form in which Go would write it again.
void settle(const Target& target, Value& object) {
  if (target.schema == nullptr) {
    return;
  }
  if (!target.is_defined) {
    normalize(*target.schema, object);
    return;
  }
  const auto metadata = target.schema->fields.find("metadata");
  const auto found = object.find("metadata");
  if (metadata != target.schema->fields.end() && found != object.end()) {
    normalize(*metadata->second, *found);
  }
}

}  // namespace

Target target_of(const Kind& kind) {
  return {kind.resource().api_version(), kind.resource().kind, kind.schema(), kind.is_defined()};
}

Target built_in_target(std::string_view api_version, std::string_view kind) {
  return {std::string(api_version), std::string(kind), builtin_schema(api_version, kind)};
}

Answer<Value> decode_request(const Target& target,
                             std::string_view body,
                             std::string_view content_type,
                             StrictErrors& strict) {
  if (target.is_defined && media_of(content_type) == Media::Protobuf) {
    return refuse(unsupported_media());
  }
  Answer<Value> object = decode_body(body, content_type, strict, target.kind);
  if (!object) {
    return object;
  }
  if (Answer<void> decoded = decode_object(target, *object, strict, body); !decoded) {
    return refuse(std::move(decoded).error());
  }
  return object;
}

Answer<Value> decode_body(std::string_view body,
                          std::string_view content_type,
                          StrictErrors& strict,
                          std::string_view kind) {
  const Media media = media_of(content_type);
  if (media == Media::Other) {
    return refuse(unsupported_media());
  }
  Decoded<Value> value = read_body(body, media, strict);
  if (!value) {
    return refuse(unrecognized(kind, value.error(), body));
  }
  return *std::move(value);
}

Answer<void> decode_object(const Target& target,
                           Value& object,
                           StrictErrors& strict,
                           std::string_view body) {
  if (Answer<void> checked = check_target(target, object, body); !checked) {
    return checked;
  }
  if (Decoded<void> read = check_types(target, object, false); !read) {
    return refuse(cannot_be_handled(target.api_version, target.kind, target, read.error()));
  }
  drop_unknown(target, object, strict);
  settle(target, object);
  return {};
}

Answer<void> decode_object(const Kind& kind, Value& object, StrictErrors& strict) {
  return decode_object(target_of(kind), object, strict);
}

Answer<void> decode_patched(const Target& target,
                            Value& object,
                            StrictErrors& strict,
                            bool strategic) {
  if (Decoded<void> read = check_types(target, object, strategic); !read) {
    return refuse(bad_request(read.error()));
  }
  drop_unknown(target, object, strict);
  settle(target, object);
  return {};
}

Answer<Value> decode_delete_options(std::string_view body, std::string_view content_type) {
  const auto fail = [](std::string message) {
    Refusal refusal;
    refusal.code = 500;
    refusal.reason = "";
    refusal.message = std::move(message);
    return refuse(std::move(refusal));
  };
  const Media media = media_of(content_type);
  if (body.empty()) {
    return Value();
  }
  if (media == Media::Other) {
    return refuse(unsupported_media());
  }
  StrictErrors strict;
  Decoded<Value> options = read_body(body, media, strict);
  if (!options) {
    return fail(std::move(options).error());
  }
  const Schema* schema = builtin_schema("v1", "DeleteOptions");
  if (const std::string kind = text_at(*options, {"kind"}, "DeleteOptions");
      kind != "DeleteOptions") {
    return fail(fmt::format("no kind {} is registered for version {} in scheme {}",
                            go_quoted(kind),
                            go_quoted(text_at(*options, {"apiVersion"}, "meta.k8s.io/v1")),
                            go_quoted(kScheme)));
  }
  if (schema != nullptr) {
    if (Decoded<void> read = read_types(*schema, *options); !read) {
      return fail(std::move(read).error());
    }
    prune(*schema, *options);
  }
  return *std::move(options);
}

Answer<void> judge_strict(const StrictErrors& strict,
                          FieldValidation validation,
                          std::vector<std::string>& warnings,
                          std::string_view kind,
                          std::string_view version) {
  if (strict.empty() || validation == FieldValidation::Ignore) {
    return {};
  }
  if (validation == FieldValidation::Strict) {
    const std::string why = fmt::format("strict decoding error: {}", fmt::join(strict, ", "));
    return refuse(bad_request(
        kind.empty()
            ? why
            : fmt::format(
                  "{0} in version \"{1}\" cannot be handled as a {0}: {2}", kind, version, why)));
  }
  constexpr std::string_view kYaml = "yaml: unmarshal errors:\n";
  for (const std::string& text : strict) {
    std::string_view rest = text;
    if (!rest.starts_with(kYaml)) {
      warnings.push_back(text);
      continue;
    }
    for (rest.remove_prefix(kYaml.size()); !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      warnings.emplace_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
    }
  }
  return {};
}

}  // namespace cfkops::sandbox
