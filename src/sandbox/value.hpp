#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// JSON that the sandbox itself builds and changes. It never leaves this module.
using Value = nlohmann::json;

/// An object as it is stored: nobody changes it any more.
using Shared = std::shared_ptr<const Value>;

/// Member names from the outside in; a list's element cannot be named.
using Path = std::initializer_list<std::string_view>;

/// What is there, or nullptr where a member is missing, null, or not in an object.
[[nodiscard]] const Value* find(const Value& in, Path path);
[[nodiscard]] Value* find(Value& in, Path path);

/// The same as what it should be, or the fallback where it is missing or something else.
[[nodiscard]] std::string text_at(const Value& in, Path path, std::string_view fallback = {});
[[nodiscard]] std::int64_t number_at(const Value& in, Path path, std::int64_t fallback = 0);
[[nodiscard]] bool flag_at(const Value& in, Path path, bool fallback = false);

/// The object or list that is there, or an empty one that lives for ever.
[[nodiscard]] const Value& object_at(const Value& in, Path path);
[[nodiscard]] const Value& list_at(const Value& in, Path path);

/// What is there; objects are made on the way, and null where nothing was. `in` must be an object.
Value& make_at(Value& in, Path path);

/// Sets it unless something other than null is there already.
void set_default(Value& in, Path path, Value value);

/// Removes it; no error where it is missing.
void erase_at(Value& in, Path path);

/// Freezes a value.
[[nodiscard]] Shared share(Value value);

/// Appends it as compact JSON; the second leaves apiVersion and kind out, as lists of built-in
/// kinds do. The text is made once for each shared value, and kept as long as that.
void append_json(std::string& text, const Shared& object);
void append_item_json(std::string& text, const Shared& object);

/// metadata.name, metadata.namespace, metadata.uid.
[[nodiscard]] std::string name_of(const Value& object);
[[nodiscard]] std::string namespace_of(const Value& object);
[[nodiscard]] std::string uid_of(const Value& object);

/// The owner reference with `controller: true`, or nullptr.
[[nodiscard]] const Value* controller_of(const Value& object);

}  // namespace cfkops::sandbox
