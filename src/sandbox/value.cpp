#include "value.hpp"

#include "facts.hpp"

#include "cfkops/base/check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace cfkops::sandbox {

namespace {

Value* member(Value& in, std::string_view name) {
  if (!in.is_object()) {
    return nullptr;
  }
  const auto found = in.find(name);
  return found == in.end() || found->is_null() ? nullptr : &*found;
}

const Value* member(const Value& in, std::string_view name) {
  if (!in.is_object()) {
    return nullptr;
  }
  const auto found = in.find(name);
  return found == in.end() || found->is_null() ? nullptr : &*found;
}

template <class V>
V* walk(V& in, Path path) {
  V* at = &in;
  for (const std::string_view name : path) {
    at = member(*at, name);
    if (at == nullptr) {
      return nullptr;
    }
  }
  return at->is_null() ? nullptr : at;
}

std::int64_t whole(const Value& number) {
  if (const auto* unsigned_number = number.get_ptr<const Value::number_unsigned_t*>()) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min<std::uint64_t>(*unsigned_number, kMost));
  }
  if (const auto* real = number.get_ptr<const Value::number_float_t*>()) {
    constexpr double kLimit = 9.2e18;
    return static_cast<std::int64_t>(std::clamp(*real, -kLimit, kLimit));
  }
  return number.get<std::int64_t>();
}

std::string_view view_at(const Value& in, Path path) {
  const Value* found = find(in, path);
  const auto* text = found == nullptr ? nullptr : found->get_ptr<const std::string*>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

const Value* ready_condition(const Value& object) {
  for (const Value& condition : list_at(object, {"status", "conditions"})) {
    if (view_at(condition, {"type"}) == "Ready") {
      return &condition;
    }
  }
  return nullptr;
}

Facts find_facts(const Value& object) {
  Facts facts;
  facts.api_version = view_at(object, {"apiVersion"});
  const Value& metadata = object_at(object, {"metadata"});
  facts.name = view_at(metadata, {"name"});
  facts.ns = view_at(metadata, {"namespace"});
  facts.uid = view_at(metadata, {"uid"});
  facts.terminating = find(metadata, {"deletionTimestamp"}) != nullptr;
  facts.labels = &object_at(metadata, {"labels"});
  facts.controller = controller_of(object);
  if (facts.controller != nullptr) {
    facts.controller_uid = view_at(*facts.controller, {"uid"});
  }
  facts.node = view_at(object, {"spec", "nodeName"});
  facts.ip = view_at(object, {"status", "podIP"});
  facts.phase = view_at(object, {"status", "phase"});
  facts.ready = ready_condition(object);
  facts.is_ready = facts.ready != nullptr && view_at(*facts.ready, {"status"}) == "True";
  return facts;
}

/// Ends a shared value; keeps till then what was made of it. Its texts are "" where nobody has
/// asked for them.
struct Keeper {
  std::string whole = {};
  std::string item = {};
  std::unique_ptr<const Facts> facts = {};

  void operator()(const Value* value) const { delete value; }  // NOLINT(*-owning-memory)
};

std::string text_of(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string item_text_of(const Value& object) {
  if (!object.is_object() || (!object.contains("apiVersion") && !object.contains("kind"))) {
    return text_of(object);
  }
  Value item = object;
  item.erase("apiVersion");
  item.erase("kind");
  return text_of(item);
}

void append_kept(std::string& text,
                 const Shared& object,
                 std::string Keeper::*which,
                 std::string (*make)(const Value&)) {
  auto* const keeper = std::get_deleter<Keeper>(object);
  if (keeper == nullptr) {
    text += make(*object);
    return;
  }
  std::string& kept = keeper->*which;
  if (kept.empty()) {
    kept = make(*object);
  }
  text += kept;
}

}  // namespace

const Value* find(const Value& in, Path path) {
  return walk(in, path);
}

Value* find(Value& in, Path path) {
  return walk(in, path);
}

std::string text_at(const Value& in, Path path, std::string_view fallback) {
  const Value* found = find(in, path);
  const auto* text = found == nullptr ? nullptr : found->get_ptr<const std::string*>();
  return text == nullptr ? std::string(fallback) : *text;
}

std::int64_t number_at(const Value& in, Path path, std::int64_t fallback) {
  const Value* found = find(in, path);
  return found == nullptr || !found->is_number() ? fallback : whole(*found);
}

bool flag_at(const Value& in, Path path, bool fallback) {
  const Value* found = find(in, path);
  const auto* flag = found == nullptr ? nullptr : found->get_ptr<const bool*>();
  return flag == nullptr ? fallback : *flag;
}

const Value& object_at(const Value& in, Path path) {
  static const Value kEmpty = Value::object();
  const Value* found = find(in, path);
  return found == nullptr || !found->is_object() ? kEmpty : *found;
}

const Value& list_at(const Value& in, Path path) {
  static const Value kEmpty = Value::array();
  const Value* found = find(in, path);
  return found == nullptr || !found->is_array() ? kEmpty : *found;
}

Value& make_at(Value& in, Path path) {
  Value* at = &in;
  for (const std::string_view name : path) {
    if (!at->is_object()) {
      *at = Value::object();
    }
    at = &(*at)[std::string(name)];
  }
  return *at;
}

void set_default(Value& in, Path path, Value value) {
  Value& place = make_at(in, path);
  if (place.is_null()) {
    place = std::move(value);
  }
}

void erase_at(Value& in, Path path) {
  if (path.size() == 0) {
    return;
  }
  Value* at = &in;
  const auto* const last = path.end() - 1;
  for (const auto* name = path.begin(); name != last; ++name) {
    at = member(*at, *name);
    if (at == nullptr) {
      return;
    }
  }
  if (at->is_object()) {
    at->erase(std::string(*last));
  }
}

Shared share(Value value) {
  return {new Value(std::move(value)), Keeper{}};  // NOLINT(*-owning-memory)
}

void append_json(std::string& text, const Shared& object) {
  append_kept(text, object, &Keeper::whole, text_of);
}

void append_item_json(std::string& text, const Shared& object) {
  append_kept(text, object, &Keeper::item, item_text_of);
}

const Facts& facts_of(const Shared& object) {
  auto* const keeper = std::get_deleter<Keeper>(object);
  CFKOPS_CHECK(keeper != nullptr);
  if (keeper->facts == nullptr) {
    keeper->facts = std::make_unique<const Facts>(find_facts(*object));
  }
  return *keeper->facts;
}

std::string name_of(const Value& object) {
  return text_at(object, {"metadata", "name"});
}

std::string namespace_of(const Value& object) {
  return text_at(object, {"metadata", "namespace"});
}

std::string uid_of(const Value& object) {
  return text_at(object, {"metadata", "uid"});
}

const Value* controller_of(const Value& object) {
  for (const Value& owner : list_at(object, {"metadata", "ownerReferences"})) {
    if (flag_at(owner, {"controller"})) {
      return &owner;
    }
  }
  return nullptr;
}

}  // namespace cfkops::sandbox
