#include "typed_value.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace cfkops::sandbox {

namespace {

std::string dumped(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

bool is_unknown(const Schema* schema) {
  return schema == nullptr || (schema->type == Schema::Type::Any && schema->preserve_unknown);
}

bool is_empty(const Value* value) {
  return value == nullptr || value->is_null() || value->empty();
}

/// The elements of a list by their steps; of duplicates the first counts.
std::vector<std::pair<std::string, const Value*>> steps_of(const Schema& list, const Value* value) {
  std::vector<std::pair<std::string, const Value*>> steps;
  std::set<std::string> seen;
  if (value == nullptr || !value->is_array()) {
    return steps;
  }
  for (const Value& element : *value) {
    auto [step, problem] = element_step(list, element);
    if (problem.empty() && seen.insert(step).second) {
      steps.emplace_back(std::move(step), &element);
    }
  }
  return steps;
}

/// Walks two values at once and sorts what differs.
class Comparer {
 public:
  explicit Comparer(Comparison& found)
      : found_(found) {}

  struct At {
    FieldSet* added;
    FieldSet* changed;
    FieldSet* removed;
  };

  void walk(const Schema* schema, const Value* left, const Value* right, const At& at) {
    static const Value kNothing;
    const Value& shape = right != nullptr && !right->is_null() ? *right
                         : left != nullptr                     ? *left
                                                               : kNothing;
    const Grain grain = grain_of(schema, shape);
    if (grain == Grain::Leaf || (is_empty(left) && is_empty(right)) ||
        (left != nullptr && !left->is_null() && grain_of(schema, *left) != grain)) {
      note_leaf(left, right, at);
      return;
    }
    if (grain == Grain::Members) {
      walk_members(schema, left, right, at);
    } else {
      walk_elements(*schema, left, right, at);
    }
    if (left == nullptr) {
      at.added->member = true;
    } else if (right == nullptr) {
      at.removed->member = true;
    }
  }

  [[nodiscard]] At root() { return {&found_.added, &found_.changed, &found_.removed}; }

 private:
  static void note_leaf(const Value* left, const Value* right, const At& at) {
    if (left == nullptr) {
      at.added->member = true;
    } else if (right == nullptr) {
      at.removed->member = true;
    } else if (*left != *right) {
      at.changed->member = true;
    }
  }

  void step(const std::string& step,
            const Schema* schema,
            const Value* left,
            const Value* right,
            const At& at) {
    if (left != nullptr && right != nullptr && *left == *right) {
      return;
    }
    const At below{&at.added->below(step), &at.changed->below(step), &at.removed->below(step)};
    walk(schema, left, right, below);
    for (FieldSet* set : {at.added, at.changed, at.removed}) {
      if (const FieldSet* made = set->find(step); made != nullptr && made->empty()) {
        set->erase(step);
      }
    }
  }

  void walk_members(const Schema* schema, const Value* left, const Value* right, const At& at) {
    std::set<std::string> names;
    for (const Value* side : {left, right}) {
      if (side != nullptr && side->is_object()) {
        for (const auto& [name, value] : side->items()) {
          names.insert(name);
        }
      }
    }
    for (const std::string& name : names) {
      step("f:" + name, member_schema(schema, name), member(left, name), member(right, name), at);
    }
  }

  void walk_elements(const Schema& list, const Value* left, const Value* right, const At& at) {
    const auto lefts = steps_of(list, left);
    const auto rights = steps_of(list, right);
    const auto of = [](const auto& steps, const std::string& wanted) -> const Value* {
      for (const auto& [name, value] : steps) {
        if (name == wanted) {
          return value;
        }
      }
      return nullptr;
    };
    for (const auto& [name, value] : lefts) {
      step(name, element_schema(&list), value, of(rights, name), at);
    }
    for (const auto& [name, value] : rights) {
      if (of(lefts, name) == nullptr) {
        step(name, element_schema(&list), nullptr, value, at);
      }
    }
  }

  static const Value* member(const Value* of, const std::string& name) {
    if (of == nullptr || !of->is_object()) {
      return nullptr;
    }
    const auto found = of->find(name);
    return found == of->end() ? nullptr : &*found;
  }

  Comparison& found_;
};

void collect_fields(const Schema* schema, const Value& value, FieldSet& fields) {
  switch (grain_of(schema, value)) {
    case Grain::Leaf:
      // An empty list by keys names nothing, an empty one in one piece itself.
      if (!(schema != nullptr && schema->type == Schema::Type::List &&
            schema->list_type != Schema::ListType::Atomic)) {
        fields.member = true;
      }
      return;
    case Grain::Members:
      for (const auto& [name, member] : value.items()) {
        FieldSet& below = fields.below("f:" + name);
        const bool named = schema != nullptr && schema->fields.find(name) != schema->fields.end();
        if (!named || member.is_null() || (member.is_object() && member.empty())) {
          below.member = true;
        }
        collect_fields(member_schema(schema, name), member, below);
      }
      return;
    case Grain::Elements:
      for (const auto& [step, element] : steps_of(*schema, &value)) {
        FieldSet& below = fields.below(step);
        below.member = true;
        collect_fields(element_schema(schema), *element, below);
      }
      return;
  }
}

/// What is left of one part; null where all of it goes.
Value remaining(const Schema* schema, const Value& part, const FieldSet* removed) {
  return removed == nullptr || removed->steps().empty() ? part
                                                        : without_fields(schema, part, *removed);
}

}  // namespace

Grain grain_of(const Schema* schema, const Value& value) {
  if (is_unknown(schema)) {
    return value.is_object() ? Grain::Members : Grain::Leaf;
  }
  switch (schema->type) {
    case Schema::Type::Object:
    case Schema::Type::Map:
      return !schema->atomic && value.is_object() ? Grain::Members : Grain::Leaf;
    case Schema::Type::List:
      return schema->list_type != Schema::ListType::Atomic && value.is_array() ? Grain::Elements
                                                                               : Grain::Leaf;
    default:
      return Grain::Leaf;
  }
}

const Schema* member_schema(const Schema* schema, std::string_view name) {
  if (schema == nullptr) {
    return nullptr;
  }
  const auto field = schema->fields.find(name);
  return field != schema->fields.end() ? field->second.get() : schema->items.get();
}

const Schema* element_schema(const Schema* schema) {
  return schema == nullptr ? nullptr : schema->items.get();
}

std::pair<std::string, std::string> element_step(const Schema& list, const Value& element) {
  if (list.list_type == Schema::ListType::Set) {
    if (element.is_object()) {
      return {{}, "associative list without keys has an element that's a map type"};
    }
    if (element.is_array()) {
      return {{}, "not supported: associative list with lists as elements"};
    }
    if (element.is_null()) {
      return {{}, "associative list without keys has an element that's an explicit null"};
    }
    return {"v:" + dumped(element), {}};
  }
  if (element.is_null()) {
    return {{}, "associative list with keys may not have a null element"};
  }
  if (!element.is_object()) {
    return {{}, "associative list with keys may not have non-map elements"};
  }
  Value keys = Value::object();
  std::string names;
  for (const std::string& key : list.list_keys) {
    names += (names.empty() ? "\"" : " \"") + key + "\"";
    const auto found = element.find(key);
    const Schema* schema = member_schema(list.items.get(), key);
    if (found != element.end()) {
      keys.emplace(key, *found);
    } else if (schema != nullptr && schema->default_value != nullptr) {
      keys.emplace(key, *schema->default_value);
    }
  }
  if (keys.empty() && !list.list_keys.empty()) {
    return {{},
            "associative list with keys has an element that omits all key fields [" + names +
                "] (and doesn't have default values for any key fields)"};
  }
  return {"k:" + dumped(keys), {}};
}

Comparison compare_values(const Schema* schema, const Value& left, const Value& right) {
  Comparison found;
  Comparer comparer(found);
  const Value nothing = Value::object();
  comparer.walk(schema,
                left.is_null() ? &nothing : &left,
                right.is_null() ? &nothing : &right,
                comparer.root());
  return found;
}

FieldSet fields_of(const Schema* schema, const Value& value) {
  FieldSet fields;
  collect_fields(schema, value, fields);
  return fields;
}

Value without_fields(const Schema* schema, const Value& value, const FieldSet& fields) {
  const Grain grain = grain_of(schema, value);
  if (grain == Grain::Members) {
    Value rest = Value::object();
    for (const auto& [name, member] : value.items()) {
      const FieldSet* removed = fields.find("f:" + name);
      if (removed != nullptr && removed->member) {
        continue;
      }
      Value left = remaining(member_schema(schema, name), member, removed);
      if (!left.is_null() || member.is_null()) {
        rest.emplace(name, std::move(left));
      }
    }
    return rest.empty() ? Value() : rest;
  }
  if (grain == Grain::Elements) {
    Value rest = Value::array();
    for (const Value& element : value) {
      const FieldSet* removed = fields.find(element_step(*schema, element).first);
      if (removed == nullptr || !removed->member) {
        rest.push_back(remaining(element_schema(schema), element, removed));
      }
    }
    return rest.empty() ? Value() : rest;
  }
  return value.is_structured() ? Value() : value;
}

}  // namespace cfkops::sandbox
