#include "typed_value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace cfkops::sandbox {

namespace {

using Steps = std::vector<std::pair<std::string, const Value*>>;

Steps all_steps(const Schema& list, const Value& value) {
  Steps steps;
  if (value.is_array()) {
    for (const Value& element : value) {
      steps.emplace_back(element_step(list, element).first, &element);
    }
  }
  return steps;
}

const Value* at_step(const Steps& steps, const std::string& step) {
  const auto found =
      std::ranges::find_if(steps, [&](const auto& one) { return one.first == step; });
  return found == steps.end() ? nullptr : found->second;
}

/// Two lists by their keys become one: the order is the configuration's for what both have, and
/// what only the object has stays where it was between those.
class ListMerge {
 public:
  ListMerge(const Schema& list, const Value& live, const Value& config)
      : list_(list),
        live_(all_steps(list, live)),
        config_(all_steps(list, config)) {
    for (const auto& [step, element] : config_) {
      if (at_step(live_, step) != nullptr) {
        shared_.push_back(step);
      }
    }
  }

  Value run() {
    while (left_ < live_.size() || right_ < config_.size()) {
      if (left_ < live_.size() && right_ < config_.size() && step_both()) {
        continue;
      }
      if (left_ < live_.size() && step_live()) {
        continue;
      }
      if (right_ < config_.size()) {
        take(config_[right_].first);
        ++right_;
      }
    }
    return out_;
  }

 private:
  /// Both stand at the same element, or the object at one whose turn comes later.
  bool step_both() {
    const std::string& step = live_[left_].first;
    if (step == config_[right_].first) {
      take(step);
      ++left_;
      ++right_;
      return true;
    }
    if (at_step(config_, step) != nullptr && next_ < shared_.size() && shared_[next_] != step) {
      ++left_;
      return true;
    }
    return false;
  }

  bool step_live() {
    const auto& [step, element] = live_[left_];
    if (at_step(config_, step) == nullptr) {
      out_.push_back(*element);
      ++left_;
      return true;
    }
    if (merged_.contains(step)) {
      ++left_;
    }
    return false;
  }

  void take(const std::string& step) {
    merged_.insert(step);
    const Value* mine = at_step(config_, step);
    const Value* theirs = at_step(live_, step);
    out_.push_back(theirs == nullptr ? *mine : merge_values(list_.items.get(), *theirs, *mine));
    if (next_ < shared_.size() && shared_[next_] == step) {
      ++next_;
    }
  }

  const Schema& list_;
  Steps live_;
  Steps config_;
  std::vector<std::string> shared_;
  std::set<std::string> merged_;
  std::size_t left_ = 0;
  std::size_t right_ = 0;
  std::size_t next_ = 0;
  Value out_ = Value::array();
};

/// What Go's %v prints of a decoded value.
std::string go_printed(const Value& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_null()) {
    return "<nil>";
  }
  if (!value.is_structured()) {
    return value.dump();
  }
  std::string text = value.is_array() ? "[" : "map[";
  bool first = true;
  for (const auto& [name, member] : value.items()) {
    text += first ? "" : " ";
    first = false;
    text += value.is_array() ? go_printed(member) : name + ":" + go_printed(member);
  }
  return text + "]";
}

std::string go_type(const Value& value) {
  if (value.is_boolean()) {
    return "bool";
  }
  if (value.is_string()) {
    return "string";
  }
  return value.is_object() ? "map[string]interface {}" : "[]interface {}";
}

/// What Go's %#v prints of a decoded value.
std::string go_syntax(const Value& value) {
  if (!value.is_structured()) {
    return value.is_null() ? "interface {}(nil)" : value.dump();
  }
  std::string text = go_type(value) + "{";
  bool first = true;
  for (const auto& [name, member] : value.items()) {
    text += first ? "" : ", ";
    first = false;
    text += (value.is_array() ? "" : "\"" + name + "\":") + go_syntax(member);
  }
  return text + "}";
}

/// Collects what is wrong, as "path: message".
class TypeCheck {
 public:
  void walk(const Schema* schema, const Value& value, const std::string& path) {
    if (schema == nullptr || value.is_null()) {
      return;
    }
    switch (schema->type) {
      case Schema::Type::Object:
      case Schema::Type::Map:
        walk_members(*schema, value, path);
        return;
      case Schema::Type::List:
        walk_elements(*schema, value, path);
        return;
      default:
        walk_scalar(*schema, value, path);
    }
  }

  [[nodiscard]] std::string text() const {
    if (problems_.size() == 1) {
      return problems_.front();
    }
    std::string all = problems_.empty() ? "" : "errors:";
    for (const std::string& problem : problems_) {
      all += "\n  " + problem;
    }
    return all;
  }

 private:
  void note(const std::string& path, const std::string& problem) {
    problems_.push_back(path.empty() ? problem : path + ": " + problem);
  }

  void walk_members(const Schema& schema, const Value& value, const std::string& path) {
    if (!value.is_object()) {
      note(path, "expected map, got &{" + go_printed(value) + "}");
      return;
    }
    for (const auto& [name, member] : value.items()) {
      const Schema* below = member_schema(&schema, name);
      std::string at = path;
      at.append(".").append(name);
      if (below == nullptr && !schema.preserve_unknown && !schema.embedded &&
          schema.type == Schema::Type::Object && schema.fields.find(name) == schema.fields.end()) {
        note(at, "field not declared in schema");
        return;
      }
      walk(below, member, at);
    }
  }

  void walk_elements(const Schema& schema, const Value& value, const std::string& path) {
    if (!value.is_array()) {
      note(path, "expected list, got &{" + go_printed(value) + "}");
      return;
    }
    std::set<std::string> seen;
    std::size_t index = 0;
    for (const Value& element : value) {
      std::string step = "i:" + std::to_string(index);
      if (schema.list_type != Schema::ListType::Atomic) {
        auto [found, problem] = element_step(schema, element);
        if (!problem.empty()) {
          note(path, "element " + std::to_string(index) + ": " + problem);
          return;
        }
        step = std::move(found);
        if (!seen.insert(step).second) {
          note(path, "duplicate entries for key " + step_text(step));
        }
      }
      walk(schema.items.get(), element, path + step_text(step));
      ++index;
    }
  }

  void walk_scalar(const Schema& schema, const Value& value, const std::string& path) {
    switch (schema.type) {
      case Schema::Type::String:
      case Schema::Type::Bytes:
        if (!value.is_string()) {
          note(path,
               "expected string, got &value.valueUnstructured{Value:" + go_syntax(value) + "}");
        }
        return;
      case Schema::Type::Integer:
      case Schema::Type::Number:
        if (!value.is_number()) {
          note(path, "expected numeric (int or float), got " + go_type(value));
        }
        return;
      case Schema::Type::Boolean:
        if (!value.is_boolean()) {
          note(path, "expected boolean, got &{" + go_printed(value) + "}");
        }
        return;
      case Schema::Type::IntOrString:
      case Schema::Type::Quantity:
      case Schema::Type::Time:
      case Schema::Type::MicroTime:
        if (value.is_structured()) {
          note(path, "expected any scalar, got &{" + go_printed(value) + "}");
        }
        return;
      default:
        return;
    }
  }

  std::vector<std::string> problems_;
};

}  // namespace

std::string type_problem(const Schema* schema, const Value& value) {
  TypeCheck check;
  check.walk(schema, value, {});
  return check.text();
}

Value merge_values(const Schema* schema, const Value& live, const Value& config) {
  const Grain grain = grain_of(schema, config);
  if (live.is_null() || config.is_null() || grain == Grain::Leaf ||
      grain_of(schema, live) != grain || (live.empty() && config.empty())) {
    return config;
  }
  if (grain == Grain::Elements) {
    return ListMerge(*schema, live, config).run();
  }
  Value merged = live;
  for (const auto& [name, member] : config.items()) {
    const auto found = merged.find(name);
    if (found == merged.end()) {
      merged.emplace(name, member);
    } else {
      *found = merge_values(member_schema(schema, name), *found, member);
    }
  }
  return merged;
}

}  // namespace cfkops::sandbox
