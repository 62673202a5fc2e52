#include "pod_amounts.hpp"

#include "decode.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::sandbox {

namespace {

constexpr std::int64_t kThousand = 1000;
constexpr std::int64_t kKibi = 1024;

bool is_binary(std::string_view quantity) {
  return quantity.ends_with('i');
}

std::string quantity_of(std::int64_t milli, bool binary) {
  std::string text = fmt::format("{}m", milli);
  if (milli % kThousand == 0) {
    const std::int64_t whole = milli / kThousand;
    text = binary && whole != 0 && whole % kKibi == 0 ? fmt::format("{}Ki", whole / kKibi)
                                                      : fmt::format("{}", whole);
    if (binary && !text.ends_with('i')) {
      return text;  // what is no whole number of these is told as it is
    }
  }
  return canonical_quantity(text).value_or(text);
}

std::string text_of(const Value& quantity) {
  const auto* text = quantity.get_ptr<const std::string*>();
  return text == nullptr ? quantity.dump() : *text;
}

void raise_amounts(Value& amounts, const Value& others) {
  for (const auto& [name, amount] : others.items()) {
    const Value* there = find(amounts, {name});
    if (there == nullptr || quantity_milli(text_of(amount)) > quantity_milli(text_of(*there))) {
      amounts[name] = text_of(amount);
    }
  }
}

}  // namespace

std::string sum_of(std::string_view first, std::string_view second) {
  const std::int64_t start = quantity_milli(first);
  const bool binary = is_binary(start == 0 ? second : first);
  return quantity_of(start + quantity_milli(second), binary);
}

std::string difference_of(std::string_view first, std::string_view second) {
  const std::int64_t left = quantity_milli(first) - quantity_milli(second);
  return quantity_of(std::max<std::int64_t>(left, 0), is_binary(first));
}

void add_amounts(Value& amounts, const Value& more) {
  for (const auto& [name, amount] : more.items()) {
    const Value* there = find(amounts, {name});
    amounts[name] = there == nullptr ? text_of(amount) : sum_of(text_of(*there), text_of(amount));
  }
}

Value amounts_of_pod(const Value& pod, std::string_view what) {
  Value all = Value::object();
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    add_amounts(all, object_at(container, {"resources", what}));
  }
  Value beside = Value::object();  // init containers that go on running
  Value most = Value::object();
  for (const Value& container : list_at(pod, {"spec", "initContainers"})) {
    const Value& own = object_at(container, {"resources", what});
    if (text_at(container, {"restartPolicy"}) == "Always") {
      add_amounts(all, own);
      add_amounts(beside, own);
      raise_amounts(most, beside);
    } else {
      Value together = own;
      add_amounts(together, beside);
      raise_amounts(most, together);
    }
  }
  raise_amounts(all, most);
  for (const std::string_view name : {"cpu", "memory"}) {
    if (const Value* own = find(pod, {"spec", "resources", what, name}); own != nullptr) {
      make_at(all, {name}) = text_of(*own);
    }
  }
  return all;
}

}  // namespace cfkops::sandbox
