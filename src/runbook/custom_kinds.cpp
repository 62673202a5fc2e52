#include "custom_kinds.hpp"

#include "merged_type.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

using base::YamlNode;
using K = Type::Kind;

constexpr std::string_view kDefinition = "CustomResourceDefinition";
constexpr std::string_view kApiVersion = "apiextensions.k8s.io/v1";

/// One of the documents of a file.
struct Part {
  std::string_view text;
  int lines_before = 0;
};

bool begins_document(std::string_view line) {
  return line.starts_with("---") &&
         (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

/// Three hyphens at the beginning of a line are nothing else, wherever they stand.
std::vector<Part> documents(std::string_view text) {
  std::vector<Part> parts = {{text, 0}};
  std::size_t begin = 0;
  int lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (begins_document(text.substr(at, end - at)) && at > 0) {
      parts.back().text = text.substr(begin, at - begin);
      parts.push_back({text.substr(at), lines});
      begin = at;
    }
    at = end + 1;
  }
  return parts;
}

std::string_view text_of(const YamlNode& node, std::string_view key) {
  const YamlNode* member = node.find(key);
  return member == nullptr ? std::string_view() : std::string_view(member->scalar);
}

bool is_true(const YamlNode& node, std::string_view key) {
  return text_of(node, key) == "true";
}

/// The first sentence of a description, or the beginning of it.
std::string help_of(const YamlNode& schema) {
  constexpr std::size_t kMost = 160;
  const std::string_view text = text_of(schema, "description");
  const std::string_view line = text.substr(0, text.find('\n'));
  return shortened(std::string(line.substr(0, line.find(". "))), kMost);
}

/// Reads one document. It is never deeper than base::parse_yaml allows, and neither is a schema.
class Reader {
 public:
  Reader(const std::string& file, const Part& part, const Type& metadata)
      : file_(file),
        lines_before_(part.lines_before),
        metadata_(metadata) {}

  /// Adds what a document defines, or the items of a list.
  Status add(const YamlNode& document, std::vector<KindType>& kinds) const {
    const std::string_view kind = text_of(document, "kind");
    if (kind == kDefinition) {
      CFKOPS_ASSIGN(KindType read, definition(document));
      kinds.push_back(std::move(read));
      return {};
    }
    const YamlNode* items = kind.ends_with("List") ? document.find("items") : nullptr;
    for (std::size_t i = 0; items != nullptr && i < items->items.size(); ++i) {
      CFKOPS_TRY(add(items->items[i], kinds));
    }
    return {};
  }

  /// The place of a node in the whole file.
  [[nodiscard]] SourcePos place(const SourcePos& pos) const {
    return {file_, pos.line + lines_before_, pos.column};
  }

 private:
  [[nodiscard]] Error wrong(const SourcePos& pos, std::string message, std::string hint) const {
    Error error = make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint));
    error.pos = place(pos);
    return error;
  }

  /// The member of a map, which must be there.
  Result<const YamlNode*> needed(const YamlNode& map,
                                 std::string_view key,
                                 YamlNode::Kind kind,
                                 std::string_view what) const {
    const YamlNode* member = map.find(key);
    if (member == nullptr) {
      return wrong(map.pos,
                   fmt::format("this {} has no '{}'", what, key),
                   "take the definition as the cluster has it: kubectl get crd NAME -o yaml");
    }
    if (member->kind != kind) {
      YamlNode wanted;
      wanted.kind = kind;
      return wrong(
          member->pos,
          fmt::format(
              "'{}' must be {}, but is {}", key, base::kind_word(wanted), base::kind_word(*member)),
          "take the definition as the cluster has it: kubectl get crd NAME -o yaml");
    }
    return member;
  }

  Result<KindType> definition(const YamlNode& node) const {
    using Kind = YamlNode::Kind;
    if (const std::string_view version = text_of(node, "apiVersion"); version != kApiVersion) {
      return wrong(
          node.pos,
          fmt::format("a {} of apiVersion '{}' is not read", kDefinition, version),
          fmt::format("write it as {}, which every server has had since 1.16", kApiVersion));
    }
    CFKOPS_ASSIGN(const YamlNode* spec, needed(node, "spec", Kind::Map, kDefinition));
    CFKOPS_ASSIGN(const YamlNode* group, needed(*spec, "group", Kind::Scalar, "spec"));
    CFKOPS_ASSIGN(const YamlNode* names, needed(*spec, "names", Kind::Map, "spec"));
    CFKOPS_ASSIGN(const YamlNode* kind, needed(*names, "kind", Kind::Scalar, "'names'"));
    CFKOPS_ASSIGN(const YamlNode* plural, needed(*names, "plural", Kind::Scalar, "'names'"));
    CFKOPS_ASSIGN(const YamlNode* versions, needed(*spec, "versions", Kind::Sequence, "spec"));
    KindType read{.group = group->scalar,
                  .plural = plural->scalar,
                  .singular = std::string(text_of(*names, "singular")),
                  .kind = kind->scalar,
                  .type = {}};
    if (const YamlNode* short_names = names->find("shortNames")) {
      for (const YamlNode& name : short_names->items) {
        read.short_names.push_back(name.scalar);
      }
    }
    CFKOPS_ASSIGN(read.type, type_of_versions(*versions, read.kind));
    return read;
  }

  /// What an object has in any of the versions that the server serves or keeps.
  Result<Type> type_of_versions(const YamlNode& versions, const std::string& kind) const {
    std::optional<Type> type;
    for (const YamlNode& version : versions.items) {
      if (!is_true(version, "served") && !is_true(version, "storage")) {
        continue;
      }
      const YamlNode* schema = version.find("schema");
      schema = schema == nullptr ? nullptr : schema->find("openAPIV3Schema");
      if (schema == nullptr) {
        return Type();  // it may have anything
      }
      CFKOPS_ASSIGN(Type read, type_of(*schema, kind));
      name_roots(read);
      type = type ? merged(*type, read) : std::move(read);
    }
    return type.value_or(Type());
  }

  /// What every object has, whatever the schema says of it.
  void name_roots(Type& object) const {
    if (!object.is_live()) {
      return;
    }
    std::vector<Type::Field>& fields = object.fields.edit();
    const std::array<std::pair<std::string_view, Type>, 3> roots = {
        {{"apiVersion", Type::of(K::String)},
         {"kind", Type::of(K::String)},
         {"metadata", metadata_}}};
    for (const auto& [name, type] : roots) {
      const auto known = std::find_if(
          fields.begin(), fields.end(), [&name = name](const auto& f) { return f.name == name; });
      if (known == fields.end()) {
        fields.push_back({std::string(name), type, {}});
      } else {
        known->type = type;
      }
    }
  }

  Result<Type> type_of(const YamlNode& schema, const std::string& name) const {
    if (!schema.is_map()) {
      return wrong(schema.pos,
                   fmt::format("a schema must be a map, but this is {}", base::kind_word(schema)),
                   "write it like {type: string}");
    }
    const std::string_view word = text_of(schema, "type");
    if (is_true(schema, "x-kubernetes-preserve-unknown-fields") ||
        is_true(schema, "x-kubernetes-int-or-string") || word.empty()) {
      return Type();
    }
    if (word == "object") {
      return object(schema, name);
    }
    if (word == "array") {
      const YamlNode* items = schema.find("items");
      CFKOPS_ASSIGN(Type element,
                    items == nullptr ? Result<Type>(Type()) : type_of(*items, "object"));
      return Type::list_of(std::move(element));
    }
    return scalar(schema, word);
  }

  Result<Type> scalar(const YamlNode& schema, std::string_view word) const {
    if (word == "string") {
      return text_type(schema);
    }
    if (word == "integer") {
      return Type::of(K::Int);
    }
    if (word == "boolean") {
      return Type::of(K::Bool);
    }
    if (word == "number") {
      return Type();  // 3 arrives as an int, 3.5 as a double
    }
    const std::vector<std::string> known = {
        "object", "array", "string", "integer", "number", "boolean"};
    return wrong(schema.find("type")->pos,
                 fmt::format("unknown type '{}'{}", word, base::did_you_mean(word, known)),
                 "a schema has one of " + base::enumerate(known, known.size()));
  }

  static Type text_type(const YamlNode& schema) {
    const YamlNode* words = schema.find("enum");
    std::vector<std::string> names;
    for (const YamlNode& word : words == nullptr ? std::vector<YamlNode>() : words->items) {
      if (word.is_scalar()) {
        names.push_back(word.scalar);
      }
    }
    return names.empty() ? Type::of(K::String) : Type::enumeration(std::move(names));
  }

  Result<Type> object(const YamlNode& schema, const std::string& name) const {
    const YamlNode* properties = schema.find("properties");
    const YamlNode* others = schema.find("additionalProperties");
    if (properties == nullptr && others != nullptr && others->is_map()) {
      CFKOPS_ASSIGN(Type element, type_of(*others, "object"));
      return Type::map_of(std::move(element));
    }
    if (properties == nullptr || properties->is_null()) {
      return Type();
    }
    if (!properties->is_map()) {
      return wrong(
          properties->pos,
          fmt::format("'properties' must be a map, but is {}", base::kind_word(*properties)),
          "write it like {phase: {type: string}}");
    }
    std::vector<Type::Field> fields;
    fields.reserve(properties->members.size());
    for (const YamlNode::Member& member : properties->members) {
      CFKOPS_ASSIGN(Type type, type_of(member.value, "object"));
      fields.push_back({member.key, std::move(type), help_of(member.value)});
    }
    Type type = fields.empty() ? Type() : Type::live(name, std::move(fields));
    if (is_true(schema, "x-kubernetes-embedded-resource")) {
      name_roots(type);
    }
    return type;
  }

  const std::string& file_;
  int lines_before_;
  const Type& metadata_;
};

}  // namespace

Result<std::vector<KindType>> read_custom_kinds(std::string_view text,
                                                const std::string& file,
                                                const Type& metadata) {
  std::vector<KindType> kinds;
  for (const Part& part : documents(text)) {
    if (part.text.find(kDefinition) == std::string_view::npos) {
      continue;  // it is none, and need not even be YAML
    }
    const Reader reader(file, part, metadata);
    // A place without the file's name is small, and a definition has a hundred thousand of them.
    const auto document = base::parse_yaml(part.text, {}, base::YamlDialect::Lenient);
    if (!document) {
      Error error = document.error().front();
      error.pos = reader.place(error.pos.value_or(SourcePos{}));
      return error;
    }
    CFKOPS_TRY(reader.add(*document, kinds));
  }
  return kinds;
}

}  // namespace cfkops::runbook
