#include "decode.hpp"
#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::int64_t kHighestUserPriority = 1000000000;

std::string quantity_text(const Value& amounts, const std::string& name) {
  const Value* there = find(amounts, {name});
  if (there == nullptr) {
    return "0";
  }
  return there->is_string() ? there->get<std::string>() : there->dump();
}

std::int64_t milli(const Value& amounts, const std::string& name) {
  return quantity_milli(quantity_text(amounts, name));
}

void check_amounts(const Value& amounts, const std::string& path, FieldErrors& errors) {
  for (const auto& [name, amount] : amounts.items()) {
    if (milli(amounts, name) < 0) {
      errors.invalid(fmt::format("{}[{}]", path, name),
                     Value(quantity_text(amounts, name)),
                     "must be greater than or equal to 0");
    }
  }
}

class ResourceQuotaKind final : public Kind {
 public:
  ResourceQuotaKind()
      : Kind(common_names({"", "v1", "resourcequotas", "ResourceQuota"}, {"quota"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {status_names(resource().kind)};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void set_defaults(Value& object) const override {
    ensure_object(object, {"spec"});
    ensure_object(object, {"status"});
  }

  void prepare_create(Value& object) const override {
    Kind::prepare_create(object);
    ensure_object(object, {"status"});
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    check_amounts(object_at(object, {"spec", "hard"}), "spec.hard", errors);
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource == "status") {
      check_amounts(object_at(fresh, {"status", "hard"}), "status.hard", errors);
      check_amounts(object_at(fresh, {"status", "used"}), "status.used", errors);
      return;
    }
    validate(fresh, errors);
    const auto scopes = [](const Value& object) {
      const Value& list = list_at(object, {"spec", "scopes"});
      return std::set<Value>(list.begin(), list.end());
    };
    if (scopes(fresh) != scopes(old)) {
      errors.invalid("spec.scopes", list_at(fresh, {"spec", "scopes"}), "field is immutable");
    }
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Request",
                   "string",
                   "Request represents a minimum amount of cpu/memory that a container may "
                   "consume."),
            column("Limit",
                   "string",
                   "Limits control the maximum amount of cpu/memory that a container may use "
                   "independent of contention on the node."),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& hard = object_at(object, {"status", "hard"});
    const Value& used = object_at(object, {"status", "used"});
    std::string requests;
    std::string limits;
    for (const auto& [name, amount] : hard.items()) {
      std::string& text = name.starts_with("limits.") ? limits : requests;
      text += fmt::format("{}{}: {}/{}",
                          text.empty() ? "" : ", ",
                          name,
                          quantity_text(used, name),
                          quantity_text(hard, name));
    }
    return {name_of(object),
            requests,
            limits,
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }
};

// What is not said follows from what is: the limit from the maximum, the request from the limit.
void default_limits(Value& item) {
  if (text_at(item, {"type"}) != "Container") {
    return;
  }
  const auto fill = [&item](const char* to, const char* from) {
    const Value amounts = object_at(item, {from});
    for (const auto& [name, amount] : amounts.items()) {
      set_default(ensure_object(item, {to}), {name}, amount);
    }
  };
  fill("default", "max");
  fill("defaultRequest", "default");
  fill("defaultRequest", "min");
}

class LimitCheck {
 public:
  LimitCheck(const Value& item, std::string path, FieldErrors& errors)
      : item_(item),
        path_(std::move(path)),
        errors_(errors) {}

  void run() const {
    std::set<std::string> names;
    for (const char* member : {"max", "min", "default", "defaultRequest"}) {
      for (const auto& [name, amount] : object_at(item_, {member}).items()) {
        names.insert(name);
      }
    }
    for (const std::string& name : names) {
      order({"min", "max", "min"}, name, "min value {} is greater than max value {}");
      order({"min", "defaultRequest", "defaultRequest"},
            name,
            "min value {} is greater than default request value {}");
      order({"defaultRequest", "max", "defaultRequest"},
            name,
            "default request value {} is greater than max value {}");
      order({"defaultRequest", "default", "defaultRequest"},
            name,
            "default request value {} is greater than default limit value {}");
      order({"min", "default", "default"}, name, "min value {} is greater than default value {}");
      order({"default", "max", "default"}, name, "default value {} is greater than max value {}");
    }
  }

 private:
  struct Pair {
    const char* less;
    const char* more;
    const char* blamed;
  };

  void order(const Pair& pair, const std::string& name, const char* words) const {
    const Value& less = object_at(item_, {pair.less});
    const Value& more = object_at(item_, {pair.more});
    if (find(less, {name}) == nullptr || find(more, {name}) == nullptr ||
        milli(less, name) <= milli(more, name)) {
      return;
    }
    const std::string blamed = std::string_view(pair.blamed) == "default"
                                   ? (std::string_view(pair.less) == "min" ? pair.less : pair.more)
                                   : pair.blamed;
    errors_.invalid(
        fmt::format("{}.{}[{}]", path_, pair.blamed, name),
        Value(quantity_text(object_at(item_, {blamed}), name)),
        fmt::format(fmt::runtime(words), quantity_text(less, name), quantity_text(more, name)));
  }

  const Value& item_;
  std::string path_;
  FieldErrors& errors_;
};

class LimitRangeKind final : public Kind {
 public:
  LimitRangeKind()
      : Kind(common_names({"", "v1", "limitranges", "LimitRange"}, {"limits"})) {}

  [[nodiscard]] bool upserts() const override { return true; }

  void set_defaults(Value& object) const override {
    Value& limits = make_at(ensure_object(object, {"spec"}), {"limits"});
    if (limits.is_array()) {
      std::ranges::for_each(limits, default_limits);
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    std::set<std::string> types;
    std::size_t index = 0;
    for (const Value& item : list_at(object, {"spec", "limits"})) {
      const std::string path = element("spec.limits", index++);
      const std::string type = text_at(item, {"type"});
      if (!types.insert(type).second) {
        errors.duplicate(below(path, "type"), Value(type));
      }
      for (const char* name : {"default", "defaultRequest"}) {
        if (type == "Pod" && !object_at(item, {name}).empty()) {
          errors.forbidden(below(path, name), "may not be specified when `type` is 'Pod'");
        }
      }
      LimitCheck(item, path, errors).run();
    }
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    validate(fresh, errors);
  }
};

class PriorityClassKind final : public Kind {
 public:
  PriorityClassKind()
      : Kind(common_names({"scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false},
                          {"pc"})) {}

  [[nodiscard]] bool counts_generation() const override { return true; }

  void set_defaults(Value& object) const override {
    set_default(object, {"value"}, 0);
    set_default(object, {"preemptionPolicy"}, "PreemptLowerPriority");
    if (!flag_at(object, {"globalDefault"})) {
      erase_at(object, {"globalDefault"});
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const std::string name = name_of(object);
    const bool is_known = name == "system-cluster-critical" || name == "system-node-critical";
    if (name.starts_with("system-") && !is_known) {
      errors.forbidden("metadata.name",
                       "priority class names with 'system-' prefix are reserved for system use "
                       "only. error: " +
                           name + " is not a known system priority class");
    } else if (!is_known && number_at(object, {"value"}) > kHighestUserPriority) {
      errors.forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
    }
    const std::string policy = text_at(object, {"preemptionPolicy"});
    if (policy != "PreemptLowerPriority" && policy != "Never") {
      errors.not_supported("preemptionPolicy", Value(policy), {"PreemptLowerPriority", "Never"});
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    if (number_at(fresh, {"value"}) != number_at(old, {"value"})) {
      errors.forbidden("value", "may not be changed in an update.");
    }
    check_immutable(find(fresh, {"preemptionPolicy"}),
                    find(old, {"preemptionPolicy"}),
                    "preemptionPolicy",
                    errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override;

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            number_at(object, {"value"}),
            flag_at(object, {"globalDefault"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            text_at(object, {"preemptionPolicy"})};
  }
};

std::vector<Column> PriorityClassKind::columns() const {
  return {
      name_column(),
      column("Value",
             "integer",
             "value represents the integer value of this priority class. This is the actual "
             "priority that pods receive when they have the name of this class in their pod "
             "spec."),
      column("Global-Default",
             "boolean",
             "globalDefault specifies whether this PriorityClass should be considered as the "
             "default priority for pods that do not have any priority class. Only one "
             "PriorityClass can be marked as `globalDefault`. However, if more than one "
             "PriorityClasses exists with their `globalDefault` field set to true, the smallest "
             "value of such global default PriorityClasses will be used as the default "
             "priority."),
      created_column(),
      column("PreemptionPolicy",
             "string",
             "preemptionPolicy is the Policy for preempting pods with lower priority. One of "
             "Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.")};
}

}  // namespace

void add_quota_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<LimitRangeKind>());
  kinds.push_back(std::make_unique<ResourceQuotaKind>());
  kinds.push_back(std::make_unique<PriorityClassKind>());
}

}  // namespace cfkops::sandbox
