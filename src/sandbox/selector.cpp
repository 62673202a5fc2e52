#include "selector.hpp"

#include "label_parser.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) {
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> texts;
  for (const Value& element : list) {
    if (const auto* text = element.get_ptr<const std::string*>()) {
      texts.push_back(*text);
    }
  }
  return texts;
}

// Terms of a field selector; a comma behind a backslash belongs to a value.
std::vector<std::string> split_terms(std::string_view text) {
  std::vector<std::string> terms(1);
  bool escaped = false;
  for (const char letter : text) {
    if (!escaped && letter == ',') {
      terms.emplace_back();
      continue;
    }
    escaped = !escaped && letter == '\\';
    terms.back() += letter;
  }
  return terms;
}

Answer<std::string> unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char letter = text[at];
    if (letter == ',' || letter == '=') {
      return refuse(bad_request(fmt::format(
          "invalid field selector: unescaped character in value: {}", static_cast<int>(letter))));
    }
    if (letter == '\\') {
      ++at;
      letter = at < text.size() ? text[at] : '\0';
      if (letter != '\\' && letter != ',' && letter != '=') {
        return refuse(bad_request(fmt::format("invalid field selector: invalid escape sequence: {}",
                                              text.substr(at - 1, 2))));
      }
    }
    plain += letter;
  }
  return plain;
}

}  // namespace

Answer<LabelSelector> LabelSelector::parse(std::string_view text) {
  using Operator = Requirement::Operator;
  auto terms = parse_label_terms(text);
  if (!terms) {
    return refuse(std::move(terms.error()));
  }
  LabelSelector selector;
  for (LabelTerm& term : *terms) {
    Operator op = Operator::In;
    if (term.op == "notin" || term.op == "!=") {
      op = Operator::NotIn;
    } else if (term.op.empty()) {
      op = Operator::Exists;
    } else if (term.op == "!") {
      op = Operator::DoesNotExist;
    } else if (term.op == ">") {
      op = Operator::GreaterThan;
    } else if (term.op == "<") {
      op = Operator::LessThan;
    }
    selector.requirements_.push_back({std::move(term.key), op, std::move(term.values)});
  }
  return selector;
}

LabelSelector LabelSelector::of(const Value* selector) {
  using Operator = Requirement::Operator;
  LabelSelector made;
  if (selector == nullptr || selector->is_null()) {
    made.nothing_ = true;
    return made;
  }
  made = of_map(object_at(*selector, {"matchLabels"}));
  for (const Value& expression : list_at(*selector, {"matchExpressions"})) {
    const std::string name = text_at(expression, {"operator"});
    Operator op = Operator::In;
    if (name == "NotIn") {
      op = Operator::NotIn;
    } else if (name == "Exists") {
      op = Operator::Exists;
    } else if (name == "DoesNotExist") {
      op = Operator::DoesNotExist;
    }
    made.requirements_.push_back(
        {text_at(expression, {"key"}), op, texts_of(list_at(expression, {"values"}))});
  }
  return made;
}

LabelSelector LabelSelector::of_map(const Value& labels) {
  LabelSelector made;
  if (labels.is_object()) {
    for (const auto& [key, value] : labels.items()) {
      made.requirements_.push_back(
          {key, Requirement::Operator::In, texts_of(Value::array({value}))});
    }
  }
  return made;
}

bool LabelSelector::matches(const Value& labels) const {
  using Operator = Requirement::Operator;
  const auto holds = [&labels](const Requirement& requirement) {
    const Value* found = find(labels, {requirement.key});
    if (requirement.op == Operator::Exists || requirement.op == Operator::DoesNotExist) {
      return (found != nullptr) == (requirement.op == Operator::Exists);
    }
    if (found == nullptr) {
      return requirement.op == Operator::NotIn;
    }
    static const std::string kNone;
    const auto* text = found->get_ptr<const std::string*>();
    const std::string& value = text == nullptr ? kNone : *text;
    const bool listed = std::ranges::find(requirement.values, value) != requirement.values.end();
    if (requirement.op == Operator::In || requirement.op == Operator::NotIn) {
      return listed == (requirement.op == Operator::In);
    }
    const auto number = whole_number(value);
    const auto limit =
        requirement.values.empty() ? std::nullopt : whole_number(requirement.values.front());
    if (!number || !limit) {
      return false;
    }
    return requirement.op == Operator::GreaterThan ? *number > *limit : *number < *limit;
  };
  return !nothing_ && std::ranges::all_of(requirements_, holds);
}

Answer<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  std::vector<std::string> terms = split_terms(text);
  std::ranges::sort(terms);
  for (const std::string& term : terms) {
    if (term.empty()) {
      continue;
    }
    std::size_t at = term.find('=');
    if (at == std::string::npos) {
      return refuse(
          bad_request(fmt::format("invalid selector: '{}'; can't understand '{}'", text, term)));
    }
    const bool equal = at == 0 || term[at - 1] != '!';
    const std::size_t end = equal ? at : at - 1;
    ++at;
    if (equal && at < term.size() && term[at] == '=') {
      ++at;
    }
    auto value = unescaped(std::string_view(term).substr(at));
    if (!value) {
      return refuse(std::move(value.error()));
    }
    // Neither a field nor a value selects nothing out.
    if (end != 0 || !value->empty()) {
      selector.terms_.push_back({term.substr(0, end), std::move(*value), equal});
    }
  }
  return selector;
}

bool FieldSelector::matches(const std::map<std::string, std::string>& fields) const {
  return std::ranges::all_of(terms_, [&fields](const Term& term) {
    const auto found = fields.find(term.field);
    const bool same = found == fields.end() ? term.value.empty() : found->second == term.value;
    return same == term.equal;
  });
}

std::vector<std::string> FieldSelector::names() const {
  std::vector<std::string> names;
  std::ranges::transform(terms_, std::back_inserter(names), &Term::field);
  return names;
}

}  // namespace cfkops::sandbox
