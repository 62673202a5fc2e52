#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// A label selector: all requirements must hold; none at all matches everything.
class LabelSelector {
 public:
  /// As a query parameter has it ("app=x,tier in (a, b),!old"). The refusal's message is what the
  /// parser of apimachinery pkg/labels says, without what a handler puts around it.
  [[nodiscard]] static Answer<LabelSelector> parse(std::string_view text);

  /// Of a metav1.LabelSelector in an object: null matches nothing, {} everything.
  [[nodiscard]] static LabelSelector of(const Value* selector);

  /// Of a plain map, as services have it.
  [[nodiscard]] static LabelSelector of_map(const Value& labels);

  [[nodiscard]] bool matches(const Value& labels) const;

  [[nodiscard]] bool empty() const { return !nothing_ && requirements_.empty(); }

 private:
  struct Requirement {
    enum class Operator { In, NotIn, Exists, DoesNotExist, GreaterThan, LessThan };
    std::string key;
    Operator op = Operator::In;
    std::vector<std::string> values;
  };

  bool nothing_ = false;
  std::vector<Requirement> requirements_;
};

/// A field selector: "metadata.name=x,status.phase!=Running".
class FieldSelector {
 public:
  /// The refusal's message is what the parser of apimachinery pkg/fields says.
  [[nodiscard]] static Answer<FieldSelector> parse(std::string_view text);

  [[nodiscard]] bool matches(const std::map<std::string, std::string>& fields) const;
  [[nodiscard]] std::vector<std::string> names() const;

  [[nodiscard]] bool empty() const { return terms_.empty(); }

 private:
  struct Term {
    std::string field;
    std::string value;
    bool equal = true;
  };

  std::vector<Term> terms_;
};

}  // namespace cfkops::sandbox
