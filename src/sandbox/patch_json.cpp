#include "json_reader.hpp"
#include "patch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// Copies of more bytes than that are refused, as by the API server.
constexpr std::size_t kMostCopied = 3UL * 1024 * 1024;

/// The API server tells nothing but that the patch did not apply.
tl::unexpected<Refusal> does_not_apply() {
  Refusal refusal;
  refusal.code = 422;
  refusal.reason = "Invalid";
  refusal.message = "the server rejected our request due to an error in our request";
  refusal.details = share(Value::object());
  return refuse(std::move(refusal));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string unescaped(std::string_view token) {
  std::string text(token);
  replace_all(text, "~1", "/");
  replace_all(text, "~0", "~");
  return text;
}

/// The member of an operation; none where it is missing or no string.
std::optional<std::string> word(const Value& operation, const char* name) {
  const auto found = operation.find(name);
  if (found == operation.end() || !found->is_string()) {
    return std::nullopt;
  }
  return found->get<std::string>();
}

Value value_of(const Value& operation) {
  const auto found = operation.find("value");
  return found == operation.end() ? Value() : *found;
}

/// An index into a list, negative ones counted from `size`; none where it is below `size` elements
/// from the end or above `most`.
std::optional<std::size_t> index_in(std::string_view text, std::size_t size, std::size_t most) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  if (index < 0) {
    index += static_cast<std::int64_t>(size);
  }
  if (index < 0 || index > static_cast<std::int64_t>(most)) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(index);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as asked for
bool is_deeper(const Value& value, int levels) {
  return value.is_structured() &&
         (levels <= 0 || std::ranges::any_of(value, [levels](const Value& one) {
            return is_deeper(one, levels - 1);
          }));
}

/// An object or list, and which part of it a path means.
struct Spot {
  Value* in = nullptr;
  std::string key;
  int depth = 1;  ///< of what the path means

  /// What is there; a member that is missing is null, an element that is missing nothing.
  [[nodiscard]] std::optional<Value> get() const {
    if (in->is_object()) {
      const auto found = in->find(key);
      return found == in->end() ? Value() : *found;
    }
    const auto index = index_in(key, in->size(), in->size());
    if (!index || *index == in->size()) {
      return std::nullopt;
    }
    return (*in)[*index];
  }

  [[nodiscard]] bool add(Value value) const {
    if (is_deeper(value, kMostDepth - depth)) {
      return false;
    }
    if (in->is_object()) {
      in->emplace(key, Value()).first.value() = std::move(value);
      return true;
    }
    if (key == "-") {
      in->push_back(std::move(value));
      return true;
    }
    const auto index = index_in(key, in->size() + 1, in->size());
    if (!index) {
      return false;
    }
    in->insert(in->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return true;
  }

  [[nodiscard]] bool replace(Value value) const {
    if (in->is_object()) {
      return add(std::move(value));
    }
    const auto index = index_in(key, in->size(), in->size());
    if (!index || *index == in->size() || is_deeper(value, kMostDepth - depth)) {
      return false;
    }
    (*in)[*index] = std::move(value);
    return true;
  }

  [[nodiscard]] bool remove() const {
    if (in->is_object()) {
      return in->erase(key) > 0;
    }
    const auto index = index_in(key, in->size(), in->size());
    if (!index || *index == in->size()) {
      return false;
    }
    in->erase(*index);
    return true;
  }
};

/// What stands before the first slash of a path does not count; a path without one leads nowhere.
std::optional<Spot> locate(Value& document, const std::optional<std::string>& path) {
  if (!path) {
    return std::nullopt;
  }
  std::size_t at = path->find('/');
  if (at == std::string::npos) {
    return std::nullopt;
  }
  Spot spot{&document, {}};
  for (;;) {
    const std::size_t end = path->find('/', at + 1);
    spot.key = unescaped(std::string_view(*path).substr(at + 1, end - at - 1));
    if (end == std::string::npos) {
      return spot;
    }
    at = end;
    ++spot.depth;
    if (spot.in->is_array()) {
      const auto index = index_in(spot.key, spot.in->size(), spot.in->size());
      spot.in = index && *index < spot.in->size() ? &(*spot.in)[*index] : nullptr;
    } else {
      spot.in = find(*spot.in, {spot.key});
    }
    if (spot.in == nullptr || !spot.in->is_structured()) {
      return std::nullopt;
    }
  }
}

bool add(Value& document, const Value& operation) {
  const auto spot = locate(document, word(operation, "path"));
  return spot && spot->add(value_of(operation));
}

bool remove(Value& document, const Value& operation) {
  const auto spot = locate(document, word(operation, "path"));
  return spot && spot->remove();
}

bool replace(Value& document, const Value& operation) {
  const auto path = word(operation, "path");
  if (path && path->empty()) {
    document = value_of(operation);
    return document.is_structured();
  }
  const auto spot = locate(document, path);
  return spot && spot->replace(value_of(operation));
}

bool move(Value& document, const Value& operation) {
  const auto from = locate(document, word(operation, "from"));
  std::optional<Value> value = from ? from->get() : std::nullopt;
  if (!value || !from->remove()) {
    return false;
  }
  const auto spot = locate(document, word(operation, "path"));
  return spot && spot->add(*std::move(value));
}

bool copy(Value& document, const Value& operation) {
  const auto from = locate(document, word(operation, "from"));
  std::optional<Value> value = from ? from->get() : std::nullopt;
  if (!value) {
    return false;
  }
  const auto spot = locate(document, word(operation, "path"));
  return spot && spot->add(*std::move(value));
}

bool test(Value& document, const Value& operation) {
  const auto path = word(operation, "path");
  if (path && path->empty()) {
    return document == value_of(operation);
  }
  const auto spot = locate(document, path);
  const std::optional<Value> value = spot ? spot->get() : std::nullopt;
  return value && *value == value_of(operation);
}

struct Operation {
  std::string_view name;
  bool (*apply)(Value& document, const Value& operation);
};

bool apply(Value& document, const Value& operation) {
  static constexpr std::array kOperations = {Operation{"add", add},
                                             Operation{"remove", remove},
                                             Operation{"replace", replace},
                                             Operation{"move", move},
                                             Operation{"copy", copy},
                                             Operation{"test", test}};
  const auto name = operation.is_object() ? word(operation, "op") : std::nullopt;
  for (const Operation& known : kOperations) {
    if (name == known.name) {
      return known.apply(document, operation);
    }
  }
  return false;
}

/// How many bytes the operation copies.
std::size_t copied_by(Value& document, const Value& operation) {
  if (!operation.is_object() || word(operation, "op") != "copy") {
    return 0;
  }
  const auto from = locate(document, word(operation, "from"));
  const std::optional<Value> value = from ? from->get() : std::nullopt;
  return value ? value->dump(-1, ' ', false, Value::error_handler_t::replace).size() : 0;
}

}  // namespace

Answer<Value> json_patch(const Value& object, const Value& patch) {
  Value document = object;
  std::size_t copied = 0;
  for (const Value& operation : patch) {
    copied += copied_by(document, operation);
    if (copied > kMostCopied || !apply(document, operation)) {
      return does_not_apply();
    }
  }
  return document;
}

}  // namespace cfkops::sandbox
