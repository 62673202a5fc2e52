#include "element_order.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

/// Where something like it is; the list's size where it is not.
std::size_t place_in(const Value& list, const Value& element, const std::string& key) {
  const auto found = std::ranges::find_if(
      list, [&](const Value& other) { return same_element(element, other, key); });
  return static_cast<std::size_t>(found - list.begin());
}

void sort_by(std::vector<Value>& elements, const Value& order, const std::string& key) {
  std::ranges::stable_sort(elements, [&](const Value& first, const Value& second) {
    return place_in(order, first, key) < place_in(order, second, key);
  });
}

bool has_key(const Value& element, const std::string& key, const Value& value) {
  const Value* found = find(element, {key});
  return found != nullptr && *found == value;
}

}  // namespace

bool same_element(const Value& first, const Value& second, const std::string& key) {
  if (key.empty()) {
    return first == second;
  }
  const Value* one = find(first, {key});
  const Value* other = find(second, {key});
  return one != nullptr && other != nullptr && *one == *other;
}

Value* find_element(Value& list, const std::string& key, const Value& value) {
  const auto found = std::ranges::find_if(
      list, [&](const Value& element) { return has_key(element, key, value); });
  return found == list.end() ? nullptr : &*found;
}

void erase_elements(Value& list, const std::string& key, const Value& value) {
  Value kept = Value::array();
  for (Value& element : list) {
    if (!has_key(element, key, value)) {
      kept.push_back(std::move(element));
    }
  }
  list = std::move(kept);
}

const Value* find_keyless(const Value& list, const std::string& key) {
  if (key.empty()) {
    return nullptr;
  }
  const auto found = std::ranges::find_if(
      list, [&](const Value& element) { return !element.is_object() || !element.contains(key); });
  return found == list.end() ? nullptr : &*found;
}

Value in_order(const Value& merged,
               const Value& wanted,
               const Value& live,
               const std::string& key) {
  std::vector<Value> named;
  std::vector<Value> others;
  for (const Value& element : merged) {
    (place_in(wanted, element, key) < wanted.size() ? named : others).push_back(element);
  }
  sort_by(named, wanted, key);
  sort_by(others, live, key);
  Value all = Value::array();
  auto other = others.begin();
  for (Value& element : named) {
    const std::size_t place = place_in(live, element, key);
    while (place < live.size() && other != others.end() && place_in(live, *other, key) < place) {
      all.push_back(std::move(*other++));
    }
    all.push_back(std::move(element));
  }
  std::move(other, others.end(), std::back_inserter(all));
  return all;
}

}  // namespace cfkops::sandbox
