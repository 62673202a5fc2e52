#include "schema.hpp"

#include "cfkops/base/kind_shapes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <deque>
#include <utility>

namespace cfkops::sandbox {

namespace {

using Type = Schema::Type;

/// A pointer into the table, which is never destroyed: shapes that contain themselves need no
/// owner.
std::shared_ptr<const Schema> borrow(const Schema& schema) {
  return {std::shared_ptr<const Schema>(), &schema};
}

std::string_view cut(std::string_view& rest, char at) {
  const std::size_t end = rest.find(at);
  const std::string_view piece = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return piece;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    pieces.emplace_back(cut(text, ','));
  }
  return pieces;
}

std::pair<Type, std::string_view> scalar_of(char code) {
  switch (code) {
    case 's':
      return {Type::String, "string"};
    case 'b':
      return {Type::Boolean, "bool"};
    case 'i':
      return {Type::Integer, "int32"};
    case 'l':
      return {Type::Integer, "int64"};
    case 'n':
      return {Type::Number, "float64"};
    case 'B':
      return {Type::Bytes, "[]uint8"};
    case 'I':
      return {Type::IntOrString, "intstr.IntOrString"};
    case 'Q':
      return {Type::Quantity, "resource.Quantity"};
    case 'T':
      return {Type::Time, "v1.Time"};
    case 'M':
      return {Type::MicroTime, "v1.MicroTime"};
    default:
      return {Type::Any, ""};
  }
}

/// Builds the schemas of base/kind_shapes.json; how a type is written there says
/// cmake/kind_shapes.py.
class Shapes {
 public:
  Shapes() {
    std::string text;
    for (const std::string_view line : base::kind_shape_lines()) {
      text.append(line);
    }
    const Value types = Value::parse(text, nullptr, false);
    if (!types.is_object()) {
      return;
    }
    for (const auto& [name, shape] : types.items()) {
      types_[name] = &made_.emplace_back();
    }
    for (const auto& [name, shape] : types.items()) {
      fill(*types_.at(name), shape);
    }
    // What copies another type, for an option, can do so only when all are there.
    for (const auto& [copy, original] : copies_) {
      const Schema options = std::move(*copy);
      *copy = *original;
      copy->retain_keys = options.retain_keys;
      copy->replaces = options.replaces;
      copy->atomic = options.atomic || original->atomic;
      copy->omits_empty = options.omits_empty;
      copy->always = options.always;
      copy->wire = options.wire;
    }
  }

  [[nodiscard]] const Schema* find(const std::string& name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : found->second;
  }

 private:
  void fill(Schema& schema, const Value& shape) {
    schema.type = shape.contains("?") ? Type::Any : Type::Object;
    schema.atomic = shape.contains("!");
    schema.go_type = text_at(shape, {"="});
    for (const auto& [name, field] : shape.items()) {
      if (const auto* text = field.get_ptr<const std::string*>(); text != nullptr && name != "=") {
        schema.fields.emplace(name, borrow(field_of(*text)));
      }
    }
  }

  const Schema& field_of(std::string_view text) {
    const std::string_view type = cut(text, '|');
    const Schema& named = schema_of(type);
    if (text.empty()) {
      return named;
    }
    Schema& schema = type.front() == '@' ? made_.emplace_back() : own(named);
    while (!text.empty()) {
      set_option(schema, cut(text, '|'));
    }
    if (type.front() == '@') {
      copies_.emplace_back(&schema, &named);
    }
    return schema;
  }

  /// All but named types are made for one field alone.
  Schema& own(const Schema& schema) { return made_.emplace_back(schema); }

  const Schema& schema_of(std::string_view type) {
    static const Schema kAny;
    if (type.empty()) {
      return kAny;
    }
    if (type.front() == '@') {
      const Schema* found = find(std::string(type.substr(1)));
      return found == nullptr ? kAny : *found;
    }
    Schema schema;
    if (type.front() == '[' || type.front() == '{') {
      const bool is_list = type.front() == '[';
      const Schema& items = schema_of(type.substr(1));
      schema.type = is_list ? Type::List : Type::Map;
      schema.go_type = (is_list ? "[]" : "map[string]") + go_type_of(type.substr(1));
      schema.items = borrow(items);
    } else {
      const auto [scalar, go_type] = scalar_of(type.front());
      schema.type = scalar;
      schema.go_type = go_type;
    }
    return made_.emplace_back(std::move(schema));
  }

  /// The type may be one that is not filled in yet.
  [[nodiscard]] static std::string go_type_of(std::string_view type) {
    if (type.front() == '@') {
      const std::size_t name = type.rfind('.');
      const std::size_t package = type.rfind('.', name - 1);
      return std::string(type.substr(package + 1));
    }
    if (type.front() == '[' || type.front() == '{') {
      return (type.front() == '[' ? "[]" : "map[string]") + go_type_of(type.substr(1));
    }
    return std::string(scalar_of(type.front()).second);
  }

  static void set_flag(Schema& schema, char name) {
    if (name == 's') {
      schema.list_type = Schema::ListType::Set;
    } else if (name == 'a') {
      schema.atomic = true;
    } else if (name == 'r') {
      schema.retain_keys = true;
    } else if (name == 'x') {
      schema.replaces = true;
    } else if (name == 'o') {
      schema.omits_empty = true;
    } else if (name == 'z') {
      schema.always = true;
    }
  }

  void set_option(Schema& schema, std::string_view option) {
    if (option.size() == 1) {
      set_flag(schema, option.front());
      return;
    }
    const std::string_view name = option.substr(0, 1);
    const std::string_view value = option.substr(2);
    if (name == "m") {
      schema.list_type = Schema::ListType::Map;
      schema.list_keys = split(value);
    } else if (name == "p") {
      schema.merges = true;
      schema.merge_key = value;
    } else if (name == "d") {
      schema.default_value = default_of(schema, value);
    } else if (name == "g") {
      schema.go_type = value;
    } else if (name == "w") {
      schema.wire = value;
    } else if (name == "e" && schema.items != nullptr) {
      Schema& items = own(*schema.items);
      items.go_type = value;
      schema.items = borrow(items);
    }
  }

  [[nodiscard]] static Shared default_of(const Schema& schema, std::string_view text) {
    if (schema.type == Type::String) {
      return share(std::string(text));
    }
    return share(Value::parse(text, nullptr, false));
  }

  std::deque<Schema> made_;
  std::map<std::string, Schema*> types_;
  std::vector<std::pair<Schema*, const Schema*>> copies_;
};

std::string type_name(std::string_view api_version, std::string_view kind) {
  const std::size_t slash = api_version.find('/');
  const std::string_view group =
      slash == std::string_view::npos ? "core" : api_version.substr(0, slash);
  const std::string_view version =
      slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  return std::string(group.substr(0, group.find('.'))) + "." + std::string(version) + "." +
         std::string(kind);
}

/// Has members whose names say what they are.
bool has_fields(const Schema& schema) {
  return schema.type == Type::Object && !(schema.fields.empty() && schema.preserve_unknown);
}

void note_unknown(const Schema& schema,
                  const Value& value,
                  const std::string& path,
                  std::vector<std::string>& names) {
  if (value.is_array()) {
    for (std::size_t i = 0; schema.items != nullptr && i < value.size(); ++i) {
      note_unknown(*schema.items, value[i], path + "[" + std::to_string(i) + "]", names);
    }
    return;
  }
  if (!value.is_object() || schema.type == Type::Any) {
    return;
  }
  for (const auto& [name, member] : value.items()) {
    const std::string below = path.empty() ? name : fmt::format("{}.{}", path, name);
    if (const auto field = schema.fields.find(name); field != schema.fields.end()) {
      note_unknown(*field->second, member, below, names);
    } else if (schema.items != nullptr && schema.type == Type::Map) {
      note_unknown(*schema.items, member, below, names);
    } else if (has_fields(schema) && !schema.preserve_unknown) {
      names.push_back(fmt::format("unknown field \"{}\"", below));
    }
  }
}

}  // namespace

const Schema* builtin_schema(std::string_view api_version, std::string_view kind) {
  // Never destroyed: schemas are borrowed all over the process.
  static const Shapes& shapes = *new Shapes;  // NOLINT(cppcoreguidelines-owning-memory)
  if (const Schema* found = shapes.find(type_name(api_version, kind)); found != nullptr) {
    return found;
  }
  return shapes.find("meta.v1." + std::string(kind));
}

std::vector<std::string> unknown_fields(const Schema& schema, const Value& object) {
  std::vector<std::string> names;
  note_unknown(schema, object, "", names);
  return names;
}

void prune(const Schema& schema, Value& object) {
  if (object.is_array()) {
    for (Value& element : object) {
      if (schema.items != nullptr) {
        prune(*schema.items, element);
      }
    }
    return;
  }
  if (!object.is_object() || schema.type == Type::Any) {
    return;
  }
  for (auto member = object.begin(); member != object.end();) {
    if (const auto field = schema.fields.find(member.key()); field != schema.fields.end()) {
      prune(*field->second, member.value());
    } else if (schema.items != nullptr && schema.type == Type::Map) {
      prune(*schema.items, member.value());
    } else if (has_fields(schema) && !schema.preserve_unknown) {
      member = object.erase(member);
      continue;
    }
    ++member;
  }
}

}  // namespace cfkops::sandbox
