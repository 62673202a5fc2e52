#include "map_value.hpp"

#include "number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <utility>

namespace cfkops::runbook {

namespace {

bool is_integer(const Value& key) {
  return key.as<std::int64_t>() != nullptr || key.as<std::uint64_t>() != nullptr;
}

bool is_key(const Value& key) {
  return is_integer(key) || key.as<bool>() != nullptr || key.as<std::string>() != nullptr;
}

/// Bools, then numbers, then strings.
int rank(const Value& key) {
  if (key.as<bool>() != nullptr) {
    return 0;
  }
  return key.as<std::string>() != nullptr ? 2 : 1;
}

/// The order of two keys.
bool before(const Value& a, const Value& b) {
  if (rank(a) != rank(b)) {
    return rank(a) < rank(b);
  }
  if (const auto order = compare_numbers(a, b)) {
    return std::is_lt(*order);
  }
  const auto* text = a.as<std::string>();
  return text != nullptr ? *text < *b.as<std::string>() : *a.as<bool>() < *b.as<bool>();
}

/// A double as the integer that is the same key; other keys as they are.
Value as_key(const Value& key) {
  if (key.as<double>() == nullptr) {
    return key;
  }
  if (const auto whole = whole_number(key)) {
    return {*whole};
  }
  const auto large = large_number(key);
  return large ? Value(*large) : key;
}

}  // namespace

bool is_map(const Value& value) {
  return value.map() != nullptr || value.entries() != nullptr;
}

std::size_t map_size(const Value& map) {
  if (map.map() != nullptr) {
    return map.map()->size();
  }
  return map.entries() != nullptr ? map.entries()->size() : 0;
}

Computed make_map(ValueEntries entries) {
  for (const ValueEntry& entry : entries) {
    if (!is_key(entry.key)) {
      return wrong(fmt::format("the key of a map is a string, a bool, an int or a uint, not {}",
                               entry.key.type_name()));
    }
  }
  const auto less = [](const ValueEntry& a, const ValueEntry& b) { return before(a.key, b.key); };
  std::stable_sort(entries.begin(), entries.end(), less);
  const auto twice = std::adjacent_find(
      entries.begin(), entries.end(), [&](const auto& a, const auto& b) { return !less(a, b); });
  if (twice != entries.end()) {
    return wrong(fmt::format("the key '{}' stands twice", twice->key.text()));
  }
  const bool strings = std::all_of(entries.begin(), entries.end(), [](const ValueEntry& entry) {
    return entry.key.as<std::string>() != nullptr;
  });
  if (!strings) {
    return Value::of_entries(std::move(entries));
  }
  ValueMap members;
  for (ValueEntry& entry : entries) {
    members.emplace_hint(members.end(), *entry.key.as<std::string>(), std::move(entry.value));
  }
  return Value(std::move(members));
}

const Value* find_key(const Value& map, const Value& key) {
  if (map.entries() == nullptr) {
    const auto* text = key.as<std::string>();
    return text == nullptr ? nullptr : map.member(*text);
  }
  const Value wanted = as_key(key);
  if (!is_key(wanted)) {
    return nullptr;
  }
  const auto found = std::lower_bound(
      map.entries()->begin(),
      map.entries()->end(),
      wanted,
      [](const ValueEntry& entry, const Value& sought) { return before(entry.key, sought); });
  const bool there = found != map.entries()->end() && !before(wanted, found->key);
  return there ? &found->value : nullptr;
}

ValueEntries entries_of(const Value& map) {
  if (map.entries() != nullptr) {
    return *map.entries();
  }
  ValueEntries entries;
  if (map.map() != nullptr) {
    for (const auto& [key, value] : *map.map()) {
      entries.push_back({Value(key), value});
    }
  }
  return entries;
}

}  // namespace cfkops::runbook
