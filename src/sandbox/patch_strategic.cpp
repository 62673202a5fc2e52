#include "element_order.hpp"
#include "go_text.hpp"
#include "patch.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

using Type = Schema::Type;

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kElementOrder = "$setElementOrder";
constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList";

/// Errors that the API server does not know come without a reason.
tl::unexpected<Refusal> fail(std::string message) {
  Refusal refusal;
  refusal.code = 500;
  refusal.reason = "";
  refusal.message = std::move(message);
  return refuse(std::move(refusal));
}

tl::unexpected<Refusal> wrong_type(std::string_view expected, const Value& actual) {
  return fail(fmt::format("expected a {}, but received a {}",
                          expected,
                          actual.is_null() ? "%!s(<nil>)" : go_type_of(actual)));
}

tl::unexpected<Refusal> no_merge_key(const Value& element, std::string_view key) {
  return fail(
      fmt::format("map: {} does not contain declared merge key: {}", go_plain(element), key));
}

bool has_directive(const Value& value) {
  return value.is_object() && value.contains(kDirective);
}

/// What a directive stands in is no value: false for what is to be left out.
bool drop_directives(Value& value) {
  if (has_directive(value)) {
    return false;
  }
  if (value.is_object()) {
    for (auto member = value.begin(); member != value.end();) {
      member = drop_directives(*member) ? std::next(member) : value.erase(member);
    }
  } else if (value.is_array()) {
    for (auto element = value.begin(); element != value.end();) {
      element = drop_directives(*element) ? std::next(element) : value.erase(element);
    }
  }
  return true;
}

void drop_nulls(Value& value) {
  if (value.is_array()) {
    std::ranges::for_each(value, drop_nulls);
  } else if (value.is_object()) {
    for (auto member = value.begin(); member != value.end();) {
      if (member->is_null()) {
        member = value.erase(member);
        continue;
      }
      drop_nulls(*member);
      ++member;
    }
  }
}

/// The list that `$setElementOrder/ports` is about.
Answer<std::string> list_name(std::string_view member, std::string_view prefix) {
  const std::size_t slash = member.find('/');
  if (slash == std::string_view::npos || member.substr(0, slash) != prefix) {
    return refuse(bad_request(prefix == kElementOrder
                                  ? "invalid patch format of setElementOrder list"
                                  : "invalid patch format of primitive list"));
  }
  return std::string(member.substr(slash + 1));
}

/// The same kind of elements in both, and no lists.
Answer<void> check_elements(const Value& first, const Value& second) {
  const Value* one = nullptr;
  for (const Value* list : {&first, &second}) {
    for (const Value& element : *list) {
      if (one == nullptr && element.is_array()) {
        Refusal refusal =
            bad_request("the server rejected our request due to an error in our request");
        refusal.code = 422;
        refusal.reason = "Invalid";
        refusal.details = share(Value::object());
        return refuse(std::move(refusal));
      }
      if (one != nullptr && go_type_of(*one) != go_type_of(element)) {
        return fail(fmt::format(
            "list element types are not identical: [{} {}]", go_plain(first), go_plain(second)));
      }
      one = &element;
    }
  }
  if (one == nullptr) {
    return fail("no elements in any of the given slices");
  }
  return {};
}

Answer<const Schema*> field_of(const Schema& schema, const std::string& name) {
  if (schema.type != Type::Object) {
    return fail("merging an object in json but data type is not struct, instead is: map");
  }
  const auto found = schema.fields.find(name);
  if (found == schema.fields.end()) {
    const std::string& type = schema.go_type;
    return fail(fmt::format("unable to find api field in struct {} for the json field {}",
                            type.substr(type.rfind('.') + 1),
                            go_quoted(name)));
  }
  return found->second.get();
}

/// Members of `object` that are not kept go; a patch that sets others is wrong.
Answer<void> retain_keys(Value& object, Value& patch) {
  const auto found = patch.find(kRetainKeys);
  if (found == patch.end()) {
    return {};
  }
  const Value keep = *found;
  patch.erase(found);
  const auto kept = [&keep](const std::string& name) {
    return std::ranges::find(keep, Value(name)) != keep.end();
  };
  if (!keep.is_array()) {
    return refuse(bad_request("invalid patch format of retainKeys"));
  }
  for (const auto& [name, change] : patch.items()) {
    if (!change.is_null() && !name.starts_with(kDeleteFromList) &&
        !name.starts_with(kElementOrder) && !kept(name)) {
      return refuse(bad_request("invalid patch format of retainKeys"));
    }
  }
  for (auto member = object.begin(); member != object.end();) {
    member = kept(member.key()) ? std::next(member) : object.erase(member);
  }
  return {};
}

Answer<Value> merge_objects(const Schema& schema, Value object, Value patch);

/// The elements of the patch without its directives, which are carried out on `list`.
Answer<Value> without_directives(Value& list, const Value& patch, const std::string& key) {
  Value plain = Value::array();
  bool replaces = false;
  for (const Value& element : patch) {
    if (!has_directive(element)) {
      plain.push_back(element);
      continue;
    }
    const Value& directive = element.at(std::string(kDirective));
    if (directive == "replace") {
      replaces = true;
    } else if (directive == "merge") {
      return fail("merging lists cannot yet be specified in the patch");
    } else if (directive != "delete") {
      return fail(
          fmt::format("unknown patch type: {} in map: {}", go_plain(directive), go_plain(element)));
    } else if (!element.contains(key)) {
      return no_merge_key(element, key);
    } else {
      erase_elements(list, key, element.at(key));
    }
  }
  if (replaces) {
    list = std::move(plain);
    return Value::array();
  }
  return plain;
}

/// The elements of `list` with those of `patch` merged into them by their key, new ones at the end.
Answer<Value> merge_by_key(const Schema& schema,
                           Value list,
                           const Value& patch,
                           const std::string& key) {
  for (const Value& element : patch) {
    if (!element.contains(key)) {
      return no_merge_key(element, key);
    }
    Value* found = find_element(list, key, element.at(key));
    if (found == nullptr) {
      list.push_back(element);
      continue;
    }
    Answer<Value> merged = merge_objects(schema, std::move(*found), element);
    if (!merged) {
      return merged;
    }
    *found = *std::move(merged);
  }
  return list;
}

Value merge_scalars(Value list, const Value& patch) {
  for (const Value& element : patch) {
    list.push_back(element);
  }
  // What is doubled is replaced by the last, not closed up.
  for (std::size_t i = 0; i + 1 < list.size(); ++i) {
    for (std::size_t j = i + 1; j < list.size();) {
      if (list[i] != list[j]) {
        ++j;
        continue;
      }
      if (j + 1 < list.size()) {
        list[j] = list.back();
      }
      list.erase(list.size() - 1);
    }
  }
  return list;
}

Value without(const Value& list, const Value& gone) {
  Value left = Value::array();
  for (const Value& element : list) {
    if (std::ranges::find(gone, element) == gone.end()) {
      left.push_back(element);
    }
  }
  return left;
}

/// Merges lists of objects or scalars; `schema` is that of the list.
Answer<Value> merge_lists(const Schema& schema, Value list, Value patch, bool deletes) {
  if (!schema.merges && !deletes) {
    return patch;
  }
  if (list.empty() && patch.empty()) {
    return list;
  }
  if (Answer<void> same = check_elements(list, patch); !same) {
    return tl::unexpected(std::move(same).error());
  }
  if (!(list.empty() ? patch : list).front().is_object()) {
    if (deletes) {
      return without(list, patch);
    }
    const Value merged = merge_scalars(list, patch);
    return in_order(merged, patch, list, "");
  }
  if (schema.merge_key.empty()) {
    return fail("cannot merge lists without merge key for struct");
  }
  Answer<Value> plain = without_directives(list, patch, schema.merge_key);
  if (!plain) {
    return plain;
  }
  Answer<Value> merged = merge_by_key(*schema.items, list, *plain, schema.merge_key);
  if (!merged) {
    return merged;
  }
  if (const Value* element = find_keyless(*merged, schema.merge_key); element != nullptr) {
    return no_merge_key(*element, schema.merge_key);
  }
  return in_order(*merged, *plain, list, schema.merge_key);
}

/// That two elements can be told apart by `key`, "" for scalars.
Answer<void> check_keys(const Value& element, const Value& other, const std::string& key) {
  if (key.empty()) {
    return {};
  }
  for (const Value* one : {&element, &other}) {
    if (!one->is_object()) {
      return wrong_type("map[string]interface {}", *one);
    }
    if (!one->contains(key)) {
      return no_merge_key(*one, key);
    }
  }
  return {};
}

/// That the elements of the patch come in the order that `order` gives.
Answer<void> check_order(const Value& patch, const Value& order, const std::string& key) {
  if (order.empty() || patch.empty()) {
    return {};
  }
  std::size_t at = 0;
  for (const Value& element : patch) {
    if (has_directive(element)) {
      continue;
    }
    for (;; ++at) {
      if (at == order.size()) {
        return fail(
            fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                        go_plain(patch),
                        go_plain(order)));
      }
      if (Answer<void> known = check_keys(element, order[at], key); !known) {
        return known;
      }
      if (same_element(element, order[at], key)) {
        ++at;
        break;
      }
    }
  }
  return {};
}

/// Merges one list whose order the patch gives. Both lose it: `patch` what is done with, `object`
/// nothing.
Answer<void> set_order(const Schema& schema,
                       Value& object,
                       Value& patch,
                       const std::string& member) {
  const Value order = patch.at(member);
  patch.erase(member);
  if (!order.is_array()) {
    return wrong_type("[]interface {}", order);
  }
  const Answer<std::string> name = list_name(member, kElementOrder);
  if (!name) {
    return tl::unexpected(name.error());
  }
  const bool has_list = object.contains(*name);
  const bool has_patch = patch.contains(*name);
  Value list = has_list ? object.at(*name) : Value::array();
  Value change = has_patch ? patch.at(*name) : Value::array();
  for (const Value* one : {&list, &change}) {
    if (!one->is_array()) {
      return wrong_type("[]interface {}", *one);
    }
  }
  const Answer<const Schema*> field = field_of(schema, *name);
  if (!field) {
    return tl::unexpected(field.error());
  }
  const std::string& key = (*field)->merge_key;
  if (Answer<void> checked = check_order(change, order, key); !checked) {
    return checked;
  }
  if (!has_list && !has_patch) {
    return {};
  }
  Answer<Value> merged = list;
  if (!has_list) {
    drop_directives(change);
    merged = change;
  } else if (has_patch) {
    merged = merge_lists(**field, list, change, false);
  }
  if (!merged) {
    return tl::unexpected(std::move(merged).error());
  }
  if (Answer<void> same = check_elements(list, change); !same) {
    return same;
  }
  for (const Value* one : {&std::as_const(*merged), &order}) {
    if (const Value* element = find_keyless(*one, key); element != nullptr) {
      return no_merge_key(*element, key);
    }
  }
  object[*name] = in_order(*merged, order, list, key);
  patch.erase(*name);
  return {};
}

Answer<void> set_orders(const Schema& schema, Value& object, Value& patch) {
  std::vector<std::string> members;
  for (const auto& [name, change] : patch.items()) {
    if (name.starts_with(kElementOrder)) {
      members.push_back(name);
    }
  }
  for (const std::string& member : members) {
    if (Answer<void> set = set_order(schema, object, patch, member); !set) {
      return set;
    }
  }
  return {};
}

/// One member of the patch, which is not null.
Answer<void> merge_member(const Schema& schema, Value& object, std::string name, Value change) {
  const bool deletes = name.starts_with(kDeleteFromList);
  if (deletes) {
    Answer<std::string> list = list_name(name, kDeleteFromList);
    if (!list) {
      return tl::unexpected(std::move(list).error());
    }
    name = *std::move(list);
  }
  const auto current = object.find(name);
  const bool is_new = current == object.end() || go_type_of(*current) != go_type_of(change);
  if (is_new && deletes) {
    return {};
  }
  if (is_new || !change.is_structured()) {
    drop_nulls(change);
    if (drop_directives(change)) {
      object[name] = std::move(change);
    } else {
      object.erase(name);
    }
    return {};
  }
  const Answer<const Schema*> field = field_of(schema, name);
  if (!field) {
    return tl::unexpected(field.error());
  }
  Answer<Value> merged = std::move(change);
  if (current->is_array()) {
    merged = merge_lists(**field, std::move(*current), *std::move(merged), deletes);
  } else if (!(*field)->replaces) {
    merged = merge_objects(**field, std::move(*current), *std::move(merged));
  }
  if (!merged) {
    return tl::unexpected(std::move(merged).error());
  }
  object[name] = *std::move(merged);
  return {};
}

Answer<Value> merge_objects(const Schema& schema, Value object, Value patch) {
  if (const auto directive = patch.find(kDirective); directive != patch.end()) {
    if (*directive == "replace") {
      patch.erase(directive);
      return patch;
    }
    if (*directive == "delete") {
      return Value::object();
    }
    return fail(
        fmt::format("unknown patch type: {} in map: {}", go_plain(*directive), go_plain(patch)));
  }
  if (Answer<void> retained = retain_keys(object, patch); !retained) {
    return tl::unexpected(std::move(retained).error());
  }
  if (Answer<void> ordered = set_orders(schema, object, patch); !ordered) {
    return tl::unexpected(std::move(ordered).error());
  }
  for (const auto& [name, change] : patch.items()) {
    if (change.is_null()) {
      object.erase(name);
      continue;
    }
    if (Answer<void> merged = merge_member(schema, object, name, change); !merged) {
      return tl::unexpected(std::move(merged).error());
    }
  }
  return object;
}

}  // namespace

Answer<Value> strategic_patch(const Schema& schema, const Value& object, const Value& patch) {
  return merge_objects(schema, object, patch);
}

}  // namespace cfkops::sandbox
