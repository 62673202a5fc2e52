#include "cfkops/runbook/type.hpp"

#include "check.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

struct Word {
  std::string_view name;
  Type::Kind kind;
};

constexpr std::array<Word, 17> kWords = {{{"any", Type::Kind::Any},
                                          {"null", Type::Kind::Null},
                                          {"bool", Type::Kind::Bool},
                                          {"int", Type::Kind::Int},
                                          {"uint", Type::Kind::Uint},
                                          {"double", Type::Kind::Double},
                                          {"string", Type::Kind::String},
                                          {"bytes", Type::Kind::Bytes},
                                          {"duration", Type::Kind::Duration},
                                          {"timestamp", Type::Kind::Timestamp},
                                          {"quantity", Type::Kind::Quantity},
                                          {"enum", Type::Kind::Enum},
                                          {"list", Type::Kind::List},
                                          {"map", Type::Kind::Map},
                                          {"object", Type::Kind::Object},
                                          {"ref", Type::Kind::Ref},
                                          {"secret", Type::Kind::Secret}}};

constexpr int kMaxNesting = 8;

std::string_view word_of(Type::Kind kind) {
  const auto found = std::find_if(
      kWords.begin(), kWords.end(), [&](const Word& word) { return word.kind == kind; });
  return found->name;
}

Error unknown_type(std::string_view name) {
  std::vector<std::string> names;
  names.reserve(kWords.size());
  for (const Word& word : kWords) {
    names.emplace_back(word.name);
  }
  return make_error(
      ErrorCode::InvalidInput,
      fmt::format("unknown type '{}'{}", name, base::did_you_mean(name, names)),
      "write string, bool, int, double, duration, timestamp, quantity, enum<a|b>, list<int>, "
      "map<string>, ref<Kafka> or secret");
}

Error malformed(std::string_view text, std::string_view example) {
  return make_error(ErrorCode::InvalidInput,
                    fmt::format("'{}' is no type", text),
                    fmt::format("write it like {}", example));
}

/// The names between the angle brackets of an enum or a ref.
Result<std::vector<std::string>> read_names(std::string_view text, std::string_view inside) {
  std::vector<std::string> names;
  for (const std::string& part : base::split(inside, '|')) {
    names.emplace_back(base::trim(part));
    if (names.back().empty() || std::count(names.begin(), names.end(), names.back()) > 1) {
      return malformed(text, "enum<low|high> or ref<Kafka|StatefulSet>");
    }
  }
  return names;
}

Result<Type> parse_type(std::string_view text, int nesting);

/// What stands between the angle brackets after `word`.
Result<Type> parse_inside(std::string_view text,
                          Type::Kind kind,
                          std::string_view inside,
                          int nesting) {
  switch (kind) {
    case Type::Kind::List: {
      CFKOPS_ASSIGN(Type element, parse_type(inside, nesting + 1));
      return Type::list_of(std::move(element));
    }
    case Type::Kind::Map: {
      CFKOPS_ASSIGN(Type element, parse_type(inside, nesting + 1));
      return Type::map_of(std::move(element));
    }
    case Type::Kind::Enum: {
      CFKOPS_ASSIGN(std::vector<std::string> names, read_names(text, inside));
      return Type::enumeration(std::move(names));
    }
    case Type::Kind::Ref: {
      CFKOPS_ASSIGN(std::vector<std::string> names, read_names(text, inside));
      return Type::ref(std::move(names));
    }
    default:
      return malformed(text, word_of(kind));
  }
}

/// A word without angle brackets.
Result<Type> parse_bare(std::string_view text, Type::Kind kind) {
  switch (kind) {
    case Type::Kind::List:
      return malformed(text, "list<string>");
    case Type::Kind::Map:
      return malformed(text, "map<string>");
    case Type::Kind::Ref:
      return malformed(text, "ref<Kafka>");
    default:
      return Type::of(kind);
  }
}

Result<Type> parse_type(std::string_view text, int nesting) {
  text = base::trim(text);
  const std::size_t open = text.find('<');
  const std::string_view word = base::trim(text.substr(0, open));
  const auto* const known =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return w.name == word; });
  if (known == kWords.end()) {
    return unknown_type(word);
  }
  if (open == std::string_view::npos) {
    return parse_bare(text, known->kind);
  }
  if (!text.ends_with('>') || nesting >= kMaxNesting) {
    return malformed(text, "list<int>");
  }
  return parse_inside(text, known->kind, text.substr(open + 1, text.size() - open - 2), nesting);
}

std::string object_text(const Type::Fields& fields) {
  std::vector<std::string> parts;
  parts.reserve(fields.size());
  for (const Type::Field& field : fields) {
    parts.push_back(field.name + ": " + field.type.text());
  }
  return parts.empty() ? "object" : "object<" + base::join(parts, ", ") + ">";
}

bool any_secret(const std::vector<Type::Field>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const Type::Field& field) {
    return has_secret(field.type);
  });
}

}  // namespace

struct Type::Fields::Data {
  std::vector<Field> list;
  std::optional<bool> secret;  ///< whether one is; nothing after a change
};

Type::Fields::Fields(std::vector<Field> list) {
  if (!list.empty()) {
    const bool secret = any_secret(list);
    data_ = std::make_shared<Data>(Data{std::move(list), secret});
  }
}

const Type::Field* Type::Fields::begin() const {
  return data_ == nullptr ? nullptr : data_->list.data();
}

const Type::Field* Type::Fields::end() const {
  return data_ == nullptr ? nullptr : data_->list.data() + data_->list.size();
}

std::size_t Type::Fields::size() const {
  return data_ == nullptr ? 0 : data_->list.size();
}

bool Type::Fields::has_secret() const {
  return data_ != nullptr && (data_->secret ? *data_->secret : any_secret(data_->list));
}

std::vector<Type::Field>& Type::Fields::edit() {
  if (data_ == nullptr) {
    data_ = std::make_shared<Data>();
  } else if (data_.use_count() > 1) {
    data_ = std::make_shared<Data>(*data_);
  }
  data_->secret.reset();
  return data_->list;
}

bool operator==(const Type::Fields& a, const Type::Fields& b) {
  return a.data_ == b.data_ || std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Type Type::of(Kind kind) {
  Type type;
  type.kind = kind;
  return type;
}

Type Type::list_of(Type element) {
  Type type = of(Kind::List);
  type.arguments.push_back(std::move(element));
  return type;
}

Type Type::map_of(Type element) {
  Type type = of(Kind::Map);
  type.arguments.push_back(std::move(element));
  return type;
}

Type Type::map_of(Type element, Type key) {
  Type type = map_of(std::move(element));
  if (key.kind != Kind::String && key.kind != Kind::Enum) {
    type.arguments.push_back(std::move(key));
  }
  return type;
}

Type Type::optional_of(Type element) {
  Type type = of(Kind::Optional);
  type.arguments.push_back(std::move(element));
  return type;
}

Type Type::enumeration(std::vector<std::string> names) {
  Type type = of(Kind::Enum);
  type.names = std::move(names);
  return type;
}

Type Type::ref(std::vector<std::string> kinds) {
  Type type = of(Kind::Ref);
  type.names = std::move(kinds);
  return type;
}

Type Type::object(std::vector<Field> fields) {
  Type type = of(Kind::Object);
  type.fields = std::move(fields);
  return type;
}

Type Type::live(std::string name, std::vector<Field> fields) {
  Type type = object(std::move(fields));
  type.names.push_back(std::move(name));
  return type;
}

Result<Type> Type::parse(std::string_view text) {
  return parse_type(text, 0);
}

const Type& Type::element() const {
  static const Type kAny;
  return arguments.empty() ? kAny : arguments.front();
}

const Type& Type::key() const {
  static const Type kString = of(Kind::String);
  return arguments.size() < 2 ? kString : arguments[1];
}

const Type::Field* Type::field(std::string_view name) const {
  const Field* found = std::find_if(
      fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : found;
}

std::string Type::text() const {
  switch (kind) {
    case Kind::List:
      return fmt::format("list<{}>", element().text());
    case Kind::Map:
      return arguments.size() < 2
                 ? fmt::format("map<{}>", element().text())
                 : fmt::format("map<{}, {}>", arguments[1].text(), element().text());
    case Kind::Optional:
      return fmt::format("optional<{}>", element().text());
    case Kind::Semver:
      return "semver";
    case Kind::TypeType:
      return "type";
    case Kind::Enum:
    case Kind::Ref:
      return names.empty() ? std::string(word_of(kind))
                           : fmt::format("{}<{}>", word_of(kind), base::join(names, "|"));
    case Kind::Object:
      return names.empty() ? object_text(fields) : names.front();
    default:
      return std::string(word_of(kind));
  }
}

bool operator==(const Type& a, const Type& b) {
  return a.kind == b.kind && a.arguments == b.arguments && a.names == b.names &&
         a.fields == b.fields && a.maybe_missing == b.maybe_missing;
}

}  // namespace cfkops::runbook
