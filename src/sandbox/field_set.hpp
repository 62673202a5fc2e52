#pragma once

#include "schema.hpp"
#include "value.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// A set of paths into an object, as managed fields keep them. A step is written as FieldsV1 writes
/// it: `f:spec` a member, `k:{"name":"m"}` an element by its keys, `v:"x"` an element by its value,
/// `i:0` one by its place.
class FieldSet {
 public:
  using Steps = std::map<std::string, FieldSet, std::less<>>;

  /// From the value of `fieldsV1`; what is none is left out.
  [[nodiscard]] static FieldSet decode(const Value& fields);

  /// The value of `fieldsV1`.
  [[nodiscard]] Value encode() const;

  /// The path that ends here is in the set. Of the root this means nothing.
  bool member = false;

  [[nodiscard]] const Steps& steps() const { return steps_; }

  /// What lies below one step; made where it is missing.
  FieldSet& below(std::string_view step);

  /// nullptr where no path goes on with that step.
  [[nodiscard]] const FieldSet* find(std::string_view step) const;

  /// Whether no path is in it, that of this place included.
  [[nodiscard]] bool empty() const;

  /// Takes away a step with all that lies below it.
  void erase(std::string_view step);

  [[nodiscard]] FieldSet united(const FieldSet& other) const;
  [[nodiscard]] FieldSet shared_with(const FieldSet& other) const;
  [[nodiscard]] FieldSet without(const FieldSet& other) const;

  /// With every member of an object on the way to a path added, as far as the schema names it.
  [[nodiscard]] FieldSet with_named_members(const Schema* schema) const;

  /// Calls with each path in it as messages write paths: `.spec.containers[name="m"].image`.
  void each(const std::function<void(const std::string&)>& visit) const;

 private:
  void each_below(const std::string& prefix,
                  const std::function<void(const std::string&)>& visit) const;

  Steps steps_;
};

/// `f:spec` as messages write it: `.spec`.
[[nodiscard]] std::string step_text(std::string_view step);

}  // namespace cfkops::sandbox
