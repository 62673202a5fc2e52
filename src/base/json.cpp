#include "cfkops/base/json.hpp"

#include "json_plain.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>

namespace cfkops::base {
namespace {

constexpr int kMaxDepth = 500;

Error bad_json(std::size_t byte, const std::string& why) {
  return make_error(ErrorCode::Protocol, "not JSON at byte " + std::to_string(byte) + ": " + why);
}

/// What the library's reader lets through and we do not: NUL bytes, which it takes for the end, and
/// nesting that would exhaust the stack of whoever walks the value.
std::optional<Error> check_shape(std::string_view text) {
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    return bad_json(nul, "NUL byte");
  }
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) {
        return bad_json(i, "nested more than " + std::to_string(kMaxDepth) + " levels deep");
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return std::nullopt;
}

/// The library's message without the piece of the document it quotes, which may be a secret:
/// "[json…] parse error at line 1, column 2: syntax error while parsing X - Y; last read: 'Z';
/// expected E".
std::string without_content(std::string_view what) {
  const std::size_t begin = what.find("syntax error");
  if (begin == std::string_view::npos) {
    return "the content is malformed";
  }
  what.remove_prefix(begin);
  std::string out(what.substr(0, what.find("; last read:")));
  const std::size_t expected = what.rfind("; expected ");
  if (expected != std::string_view::npos && expected > out.size()) {
    out += what.substr(expected);
  }
  return out;
}

std::string_view type_of(const nlohmann::json& value) {
  if (value.is_number_float()) {
    return "number with a fraction or exponent";
  }
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    return "number beyond 64 bits";
  }
  return value.type_name();
}

/// The key that `token` of a pointer means, or nothing where "~" escapes neither "~" nor "/".
std::optional<std::string> unescape(std::string_view token) {
  std::string key;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      key += token[i];
      continue;
    }
    ++i;
    if (i == token.size() || (token[i] != '0' && token[i] != '1')) {
      return std::nullopt;
    }
    key += token[i] == '0' ? '~' : '/';
  }
  return key;
}

/// The array index that `token` means: decimal digits without a leading zero.
std::optional<std::size_t> to_index(std::string_view token) {
  constexpr std::size_t kMaxDigits = 9;
  if (token.empty() || token.size() > kMaxDigits || (token.size() > 1 && token.front() == '0')) {
    return std::nullopt;
  }
  std::size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index;
}

bool is_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') {
    return false;
  }
  return unescape(text).has_value();
}

/// The child of `node` that `token` names, or nullptr.
const nlohmann::json* step_into(const nlohmann::json& node, std::string_view token) {
  if (node.is_object()) {
    if (token.find('~') == std::string_view::npos) {
      const auto found = node.find(token);
      return found == node.end() ? nullptr : &*found;
    }
    const auto key = unescape(token);
    const auto found = key ? node.find(*key) : node.end();
    return found == node.end() ? nullptr : &*found;
  }
  if (node.is_array()) {
    const auto index = to_index(token);
    return index && *index < node.size() ? &node.at(*index) : nullptr;
  }
  return nullptr;
}

const std::shared_ptr<const nlohmann::json>& null_value() {
  static const auto kNull = std::make_shared<const nlohmann::json>();
  return kNull;
}

}  // namespace

Json::Json()
    : root_(null_value()),
      node_(root_.get()) {}

Json::Json(nlohmann::json value)
    : root_(std::make_shared<const nlohmann::json>(std::move(value))),
      node_(root_.get()) {}

Json::Json(std::shared_ptr<const nlohmann::json> root, const nlohmann::json* node, std::string path)
    : root_(std::move(root)),
      node_(node),
      path_(std::move(path)) {}

Result<Json> Json::parse(std::string_view text) {
  CFKOPS_ASSIGN(nlohmann::json value, parse_raw(text));
  return Json(std::move(value));
}

Result<nlohmann::json> Json::parse_raw(std::string_view text) {
  if (auto plain = parse_plain(text)) {
    return *std::move(plain);
  }
  if (auto error = check_shape(text)) {
    return *std::move(error);
  }
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    return bad_json(error.byte, without_content(error.what()));
  } catch (const nlohmann::json::exception&) {
    return bad_json(0, "a number in it is out of range");
  }
}

std::optional<std::int64_t> Json::to_int(const nlohmann::json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return number > std::uint64_t{INT64_MAX} ? std::nullopt
                                             : std::optional(static_cast<std::int64_t>(number));
  }
  if (value.is_number_integer()) {
    return value.get<std::int64_t>();
  }
  if (value.is_number_float()) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    const auto number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) <= kExact) {
      return static_cast<std::int64_t>(number);
    }
  }
  return std::nullopt;
}

bool Json::is_null() const {
  return node_->is_null();
}

bool Json::is_object() const {
  return node_->is_object();
}

bool Json::is_array() const {
  return node_->is_array();
}

bool Json::is_string() const {
  return node_->is_string();
}

bool Json::is_number() const {
  return node_->is_number();
}

bool Json::is_boolean() const {
  return node_->is_boolean();
}

const nlohmann::json* Json::find(std::string_view pointer) const {
  const nlohmann::json* node = node_;
  while (!pointer.empty()) {
    if (pointer.front() != '/') {
      return nullptr;
    }
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    node = step_into(*node, token);
    if (node == nullptr) {
      return nullptr;
    }
    pointer.remove_prefix(token.size());
  }
  return node->is_null() ? nullptr : node;
}

Error Json::missing(std::string_view pointer) const {
  if (!is_pointer(pointer)) {
    return make_error(ErrorCode::InvalidInput,
                      "'" + std::string(pointer) + "' is no JSON Pointer",
                      "write it like /status/phase, with ~1 for a slash in a key");
  }
  const std::string full = path_ + std::string(pointer);
  return make_error(ErrorCode::NotFound, (full.empty() ? "the document" : full) + ": missing");
}

Error Json::mismatch(std::string_view pointer,
                     const nlohmann::json& found,
                     std::string_view wanted) const {
  const std::string full = path_ + std::string(pointer);
  std::string message = full.empty() ? "the document" : full;
  message += ": expected ";
  message += wanted;
  message += ", got ";
  message += type_of(found);
  return make_error(ErrorCode::Protocol, std::move(message));
}

Result<Json> Json::at(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  if (node == nullptr) {
    return missing(pointer);
  }
  return Json(root_, node, path_ + std::string(pointer));
}

Json Json::get(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  std::string path = path_ + std::string(pointer);
  return node == nullptr ? Json(null_value(), null_value().get(), std::move(path))
                         : Json(root_, node, std::move(path));
}

bool Json::has(std::string_view pointer) const {
  return find(pointer) != nullptr;
}

Result<std::string> Json::string_at(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  if (node == nullptr) {
    return missing(pointer);
  }
  if (!node->is_string()) {
    return mismatch(pointer, *node, "string");
  }
  return node->get_ref<const std::string&>();
}

Result<std::int64_t> Json::int_at(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  if (node == nullptr) {
    return missing(pointer);
  }
  const auto number = to_int(*node);
  if (!number) {
    return mismatch(pointer, *node, "integer");
  }
  return *number;
}

Result<double> Json::number_at(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  if (node == nullptr) {
    return missing(pointer);
  }
  if (!node->is_number()) {
    return mismatch(pointer, *node, "number");
  }
  return node->get<double>();
}

Result<bool> Json::bool_at(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  if (node == nullptr) {
    return missing(pointer);
  }
  if (!node->is_boolean()) {
    return mismatch(pointer, *node, "boolean");
  }
  return node->get<bool>();
}

std::string Json::string_or(std::string_view pointer, std::string_view fallback) const {
  const nlohmann::json* node = find(pointer);
  return node != nullptr && node->is_string() ? node->get_ref<const std::string&>()
                                              : std::string(fallback);
}

std::int64_t Json::int_or(std::string_view pointer, std::int64_t fallback) const {
  const nlohmann::json* node = find(pointer);
  return node == nullptr ? fallback : to_int(*node).value_or(fallback);
}

bool Json::bool_or(std::string_view pointer, bool fallback) const {
  const nlohmann::json* node = find(pointer);
  return node != nullptr && node->is_boolean() ? node->get<bool>() : fallback;
}

std::vector<Json> Json::items(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  std::vector<Json> out;
  if (node == nullptr || !node->is_array()) {
    return out;
  }
  const std::string prefix = path_ + std::string(pointer) + "/";
  out.reserve(node->size());
  for (const nlohmann::json& item : *node) {
    out.push_back(Json(root_, &item, prefix + std::to_string(out.size())));
  }
  return out;
}

std::vector<std::string> Json::strings(std::string_view pointer) const {
  std::vector<std::string> texts;
  for (const Json& item : items(pointer)) {
    texts.push_back(item.string_or("", ""));
  }
  return texts;
}

std::vector<std::pair<std::string, Json>> Json::members(std::string_view pointer) const {
  const nlohmann::json* node = find(pointer);
  std::vector<std::pair<std::string, Json>> out;
  if (node == nullptr || !node->is_object()) {
    return out;
  }
  const std::string prefix = path_ + std::string(pointer) + "/";
  out.reserve(node->size());
  for (const auto& [key, value] : node->get_ref<const nlohmann::json::object_t&>()) {
    out.emplace_back(key, Json(root_, &value, prefix + pointer_token(key)));
  }
  return out;
}

std::string Json::dump() const {
  return node_->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

const nlohmann::json& Json::raw() const {
  return *node_;
}

bool operator==(const Json& a, const Json& b) {
  return a.node_ == b.node_ || *a.node_ == *b.node_;
}

std::string pointer_token(std::string_view key) {
  if (key.find_first_of("~/") == std::string_view::npos) {
    return std::string(key);
  }
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace cfkops::base
