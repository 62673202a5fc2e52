#include "check.hpp"
#include "functions.hpp"
#include "overload_table.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Operator;
using K = Type::Kind;
using Checked = tl::expected<Type, std::string>;

/// The kind that decides which overload fits.
K plain(const Type& type) {
  switch (type.kind) {
    case K::Enum:
      return K::String;
    case K::Object:
    case K::Ref:
      return K::Map;
    default:
      return type.kind;
  }
}

bool is_number(K kind) {
  return kind == K::Int || kind == K::Uint || kind == K::Double;
}

tl::unexpected<std::string> secret(std::string_view what) {
  return wrong(fmt::format("{} on a secret: a secret may only be passed on", what));
}

tl::unexpected<std::string> no_operator(Operator op, const Type& a, const Type& b) {
  std::string hint;
  const auto about = [&](K kind) { return a.kind == kind || b.kind == kind; };
  if (about(K::Duration) && (about(K::String) || is_number(a.kind) || is_number(b.kind))) {
    hint = "; write a duration as duration('30s')";
  } else if (about(K::String) && (is_number(a.kind) || is_number(b.kind))) {
    hint = "; convert with string() or int()";
  } else if (is_number(a.kind) && is_number(b.kind)) {
    hint = "; convert with double() or int()";
  } else if (a.kind == b.kind && (about(K::Quantity) || about(K::Semver))) {
    hint = "; write a.isLessThan(b), a.isGreaterThan(b) or a.compareTo(b)";
  }
  return wrong(
      fmt::format("'{}' does not take {} and {}{}", ast::to_string(op), a.text(), b.text(), hint));
}

tl::unexpected<std::string> no_call(const Function& function, const std::vector<Type>& arguments) {
  std::vector<std::string> types;
  types.reserve(arguments.size());
  for (const Type& argument : arguments) {
    types.push_back(argument.text());
  }
  return wrong(fmt::format("{}() does not take ({}); it is {}",
                           function.name,
                           base::join(types, ", "),
                           function.signature));
}

bool fits(const Overload& overload, const std::vector<Type>& arguments) {
  if (overload.count != arguments.size()) {
    return false;
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const K kind = plain(arguments[i]);
    if (kind != K::Any && overload.parameters[i] != K::Any && kind != overload.parameters[i]) {
      return false;
    }
  }
  return true;
}

/// An overload's result: a list is one of strings.
Type result_type(K kind) {
  return kind == K::List ? Type::list_of(Type::of(K::String)) : Type::of(kind);
}

/// What the overloads of `name` that fit give, each.
std::vector<K> find_results(std::string_view name, const std::vector<Type>& arguments) {
  std::vector<K> results;
  for (const Overload& overload : all_overloads()) {
    if (overload.name == name && fits(overload, arguments)) {
      results.push_back(overload.result);
    }
  }
  return results;
}

/// min and max: of the elements, or of the arguments, which must have an order among each other.
Checked check_extreme(const Function& function, const std::vector<Type>& arguments) {
  const bool single = arguments.size() == 1;
  if (single && arguments[0].kind != K::List && arguments[0].kind != K::Any) {
    return no_call(function, arguments);
  }
  Type result = single ? arguments[0].element() : arguments[0];
  for (const Type& argument : arguments) {
    const Type& candidate = single ? result : argument;
    const Checked ordered = check_operator(Operator::Less, result, candidate);
    if (!ordered) {
      return no_call(function, arguments);
    }
    result = common_type(result, candidate);
  }
  return result;
}

Checked check_join(const Function& function, const std::vector<Type>& arguments) {
  const auto text = [](const Type& type) {
    return plain(type) == K::String || type.kind == K::Any;
  };
  const bool list = arguments[0].kind == K::List && text(arguments[0].element());
  const bool separator = arguments.size() < 2 || text(arguments[1]);
  if (separator && (list || arguments[0].kind == K::Any)) {
    return Type::of(K::String);
  }
  return no_call(function, arguments);
}

/// sum and isSorted: of a list whose elements can be added, or have an order.
Checked check_list(const Function& function, const Type& list) {
  const Type& element = list.element();
  const bool sums = function.name == "sum";
  const bool addable = is_number(element.kind) || element.kind == K::Duration;
  const bool fits_elements =
      element.kind == K::Any ||
      (sums ? addable : check_operator(Operator::LessEqual, element, element).has_value());
  if ((list.kind != K::List && list.kind != K::Any) || !fits_elements) {
    return no_call(function, {list});
  }
  return sums ? element : Type::of(K::Bool);
}

/// The functions about optionals.
Checked check_optional(const Function& function, const std::vector<Type>& arguments) {
  if (function.name == "optional.none") {
    return Type::optional_of(Type());
  }
  if (function.global) {
    return Type::optional_of(arguments[0]);
  }
  const bool any = arguments[0].kind == K::Any;
  if (arguments[0].kind != K::Optional && !any) {
    return no_call(function, arguments);
  }
  if (function.name == "hasValue") {
    return Type::of(K::Bool);
  }
  if (function.name == "value") {
    return arguments[0].element();
  }
  if (function.name == "orValue") {
    return any ? Type() : common_type(arguments[0].element(), arguments[1]);
  }
  const bool other = arguments[1].kind == K::Optional || arguments[1].kind == K::Any;
  return other ? Checked(any ? Type() : common_type(arguments[0], arguments[1]))
               : Checked(no_call(function, arguments));
}

bool is_about_optionals(std::string_view name) {
  return name.starts_with("optional.") || name == "hasValue" || name == "value" ||
         name == "orValue" || name == "or";
}

bool comparable(const Type& a, const Type& b) {
  const K left = plain(a);
  const K right = plain(b);
  return left == K::Any || right == K::Any || left == K::Null || right == K::Null ||
         left == right || (is_number(left) && is_number(right));
}

bool ordered(K left, K right) {
  if (is_number(left) && is_number(right)) {
    return true;
  }
  constexpr std::array<K, 5> kOrdered = {K::String, K::Bytes, K::Bool, K::Duration, K::Timestamp};
  const auto known = [&](K kind) {
    return kind == K::Any || is_number(kind) ||
           std::find(kOrdered.begin(), kOrdered.end(), kind) != kOrdered.end();
  };
  return known(left) && known(right) && (left == right || left == K::Any || right == K::Any);
}

Checked check_sum(Operator op, const Type& a, const Type& b) {
  const K left = plain(a);
  const K right = plain(b);
  const bool add = op == Operator::Add;
  if (left == K::Duration && right == K::Duration) {
    return Type::of(K::Duration);
  }
  if ((left == K::Timestamp && right == K::Duration) ||
      (add && left == K::Duration && right == K::Timestamp)) {
    return Type::of(K::Timestamp);
  }
  if (!add && left == K::Timestamp && right == K::Timestamp) {
    return Type::of(K::Duration);
  }
  if (add && left == right && (left == K::String || left == K::Bytes)) {
    return Type::of(left);
  }
  if (add && left == K::List && right == K::List) {
    return Type::list_of(common_type(a.element(), b.element()));
  }
  return no_operator(op, a, b);
}

Checked check_arithmetic(Operator op, const Type& a, const Type& b) {
  const K left = plain(a);
  const K right = plain(b);
  if (left == K::Any || right == K::Any) {
    return Type();
  }
  if (left == right && is_number(left) && !(left == K::Double && op == Operator::Remainder)) {
    return Type::of(left);
  }
  if (op == Operator::Add || op == Operator::Subtract) {
    return check_sum(op, a, b);
  }
  return no_operator(op, a, b);
}

}  // namespace

bool has_secret(const Type& type) {
  const auto inside = [](const Type& t) { return has_secret(t); };
  return type.kind == K::Secret ||
         std::any_of(type.arguments.begin(), type.arguments.end(), inside) ||
         type.fields.has_secret();
}

Type common_type(const Type& a, const Type& b) {
  if (a == b) {
    return a;
  }
  if (a.kind == K::List && b.kind == K::List) {
    return Type::list_of(common_type(a.element(), b.element()));
  }
  if (a.kind == K::Optional && b.kind == K::Optional) {
    return Type::optional_of(common_type(a.element(), b.element()));
  }
  if (has_secret(a) || has_secret(b)) {
    return Type::of(K::Secret);
  }
  return plain(a) == K::String && plain(b) == K::String ? Type::of(K::String) : Type();
}

Checked check_operator(Operator op, const Type& a, const Type& b) {
  if (has_secret(a) || has_secret(b)) {
    return secret(fmt::format("'{}'", ast::to_string(op)));
  }
  switch (op) {
    case Operator::Equal:
    case Operator::NotEqual:
      return comparable(a, b) ? Checked(Type::of(K::Bool)) : Checked(no_operator(op, a, b));
    case Operator::In: {
      const K right = plain(b);
      const bool list = right == K::List && comparable(a, b.element());
      const bool map = right == K::Map && comparable(a, b.key());
      return list || map || right == K::Any ? Checked(Type::of(K::Bool))
                                            : Checked(no_operator(op, a, b));
    }
    case Operator::Less:
    case Operator::LessEqual:
    case Operator::Greater:
    case Operator::GreaterEqual:
      return ordered(plain(a), plain(b)) ? Checked(Type::of(K::Bool))
                                         : Checked(no_operator(op, a, b));
    default:
      return check_arithmetic(op, a, b);
  }
}

Checked check_call(const ast::Node& call, const std::vector<Type>& arguments) {
  const Function* function = find_function(call.name);
  if (function == nullptr) {
    std::vector<std::string> names = {"has"};
    for (const Function& known : all_functions()) {
      names.emplace_back(known.name);
    }
    return wrong(
        fmt::format("unknown function '{}'{}", call.name, base::did_you_mean(call.name, names)));
  }
  const bool style = call.method ? function->method : function->global;
  if (!style || arguments.size() < function->least || arguments.size() > function->most) {
    return wrong(fmt::format("write {}", function->signature));
  }
  if (call.name == "dyn") {
    return has_secret(arguments[0]) ? arguments[0] : Type();
  }
  if (!function->passes_on && std::any_of(arguments.begin(), arguments.end(), has_secret)) {
    return secret(fmt::format("{}()", call.name));
  }
  if (call.name == "min" || call.name == "max") {
    return check_extreme(*function, arguments);
  }
  if (call.name == "join") {
    return check_join(*function, arguments);
  }
  if (call.name == "sum" || call.name == "isSorted") {
    return check_list(*function, arguments[0]);
  }
  if (is_about_optionals(call.name)) {
    return check_optional(*function, arguments);
  }
  const std::vector<K> results = find_results(call.name, arguments);
  if (results.empty()) {
    return no_call(*function, arguments);
  }
  const bool same = std::equal(results.begin() + 1, results.end(), results.begin());
  return same ? result_type(results.front()) : Type();
}

}  // namespace cfkops::runbook
