#include "field_set.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

std::string dumped(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

/// The schema of what a step leads to; nullptr where it is not known.
const Schema* schema_below(const Schema* schema, std::string_view step) {
  if (schema == nullptr) {
    return nullptr;
  }
  if (step.substr(0, 2) == "f:") {
    const auto field = schema->fields.find(step.substr(2));
    if (field != schema->fields.end()) {
      return field->second.get();
    }
  }
  return schema->items.get();
}

}  // namespace

FieldSet FieldSet::decode(const Value& fields) {
  FieldSet set;
  if (!fields.is_object()) {
    return set;
  }
  for (const auto& [step, below] : fields.items()) {
    if (step == ".") {
      set.member = true;
      continue;
    }
    FieldSet child = decode(below);
    if (child.steps_.empty()) {
      child.member = true;
    }
    set.steps_.insert_or_assign(step, std::move(child));
  }
  return set;
}

Value FieldSet::encode() const {
  Value fields = Value::object();
  if (member && !steps_.empty()) {
    fields.emplace(".", Value::object());
  }
  for (const auto& [step, below] : steps_) {
    if (!below.empty()) {
      fields.emplace(step, below.encode());
    }
  }
  return fields;
}

FieldSet& FieldSet::below(std::string_view step) {
  const auto found = steps_.find(step);
  return found != steps_.end() ? found->second
                               : steps_.emplace(std::string(step), FieldSet()).first->second;
}

const FieldSet* FieldSet::find(std::string_view step) const {
  const auto found = steps_.find(step);
  return found == steps_.end() ? nullptr : &found->second;
}

bool FieldSet::empty() const {
  if (member) {
    return false;
  }
  for (const auto& [step, below] : steps_) {
    if (!below.empty()) {
      return false;
    }
  }
  return true;
}

void FieldSet::erase(std::string_view step) {
  const auto found = steps_.find(step);
  if (found != steps_.end()) {
    steps_.erase(found);
  }
}

FieldSet FieldSet::united(const FieldSet& other) const {
  FieldSet all = *this;
  all.member = member || other.member;
  for (const auto& [step, theirs] : other.steps_) {
    FieldSet& mine = all.below(step);
    mine = mine.united(theirs);
  }
  return all;
}

FieldSet FieldSet::shared_with(const FieldSet& other) const {
  FieldSet both;
  both.member = member && other.member;
  for (const auto& [step, mine] : steps_) {
    if (const FieldSet* theirs = other.find(step); theirs != nullptr) {
      FieldSet common = mine.shared_with(*theirs);
      if (!common.empty()) {
        both.steps_.emplace(step, std::move(common));
      }
    }
  }
  return both;
}

FieldSet FieldSet::without(const FieldSet& other) const {
  FieldSet rest;
  rest.member = member && !other.member;
  for (const auto& [step, mine] : steps_) {
    const FieldSet* theirs = other.find(step);
    FieldSet left = theirs == nullptr ? mine : mine.without(*theirs);
    if (!left.empty()) {
      rest.steps_.emplace(step, std::move(left));
    }
  }
  return rest;
}

FieldSet FieldSet::with_named_members(const Schema* schema) const {
  FieldSet all;
  all.member = member;
  for (const auto& [step, mine] : steps_) {
    FieldSet more = mine.with_named_members(schema_below(schema, step));
    if (schema != nullptr && step.substr(0, 2) == "f:" && !mine.steps_.empty() &&
        schema->fields.find(step.substr(2)) != schema->fields.end()) {
      more.member = true;
    }
    all.steps_.emplace(step, std::move(more));
  }
  return all;
}

void FieldSet::each(const std::function<void(const std::string&)>& visit) const {
  each_below({}, visit);
}

void FieldSet::each_below(const std::string& prefix,
                          const std::function<void(const std::string&)>& visit) const {
  for (const auto& [step, below] : steps_) {
    if (below.member) {
      visit(prefix + step_text(step));
    }
  }
  for (const auto& [step, below] : steps_) {
    below.each_below(prefix + step_text(step), visit);
  }
}

std::string step_text(std::string_view step) {
  const std::string rest(step.substr(step.size() < 2 ? step.size() : 2));
  if (step.substr(0, 2) == "f:") {
    return "." + rest;
  }
  if (step.substr(0, 2) == "v:") {
    return "[=" + rest + "]";
  }
  if (step.substr(0, 2) != "k:") {
    return "[" + rest + "]";
  }
  const Value keys = Value::parse(rest, nullptr, false);
  std::string text;
  if (keys.is_object()) {
    for (const auto& [name, value] : keys.items()) {
      text += text.empty() ? "" : ",";
      text += name + "=" + dumped(value);
    }
  }
  return "[" + text + "]";
}

}  // namespace cfkops::sandbox
