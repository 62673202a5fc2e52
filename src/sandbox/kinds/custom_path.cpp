#include "kinds/custom_path.hpp"

#include "kinds/custom_validation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

using Hits = std::vector<const Value*>;

Hits all_members(const Hits& hits) {
  Hits members;
  for (const Value* hit : hits) {
    if (hit->is_structured()) {
      for (const Value& member : *hit) {
        members.push_back(&member);
      }
    }
  }
  return members;
}

Hits named(const Hits& hits, std::string_view name) {
  if (name == "*") {
    return all_members(hits);
  }
  Hits members;
  for (const Value* hit : hits) {
    if (const auto found = hit->find(name); hit->is_object() && found != hit->end()) {
      members.push_back(&*found);
    }
  }
  return members;
}

Hits indexed(const Hits& hits, std::ptrdiff_t index) {
  Hits elements;
  for (const Value* hit : hits) {
    if (!hit->is_array()) {
      continue;
    }
    const auto size = static_cast<std::ptrdiff_t>(hit->size());
    const std::ptrdiff_t position = index < 0 ? index + size : index;
    if (position >= 0 && position < size) {
      elements.push_back(&hit->at(static_cast<std::size_t>(position)));
    }
  }
  return elements;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
         text.back() == text.front();
}

std::string scalar_text(const Value& value) {
  return value.is_string() ? value.get<std::string>() : go_value(value);
}

/// `@.type=="Ready"`, or `@.type` for what only must be there.
bool passes(const Value& element, std::string_view filter) {
  std::size_t at = filter.find("==");
  bool wanted = true;
  if (at == std::string_view::npos) {
    at = filter.find("!=");
    wanted = false;
  }
  const std::string_view left = trimmed(filter.substr(0, at));
  if (left.empty() || left.front() != '@') {
    return false;
  }
  const Hits found = find_json_path(element, left.substr(1));
  if (at == std::string_view::npos) {
    return !found.empty();
  }
  std::string_view right = trimmed(filter.substr(at + 2));
  if (is_quoted(right)) {
    right = right.substr(1, right.size() - 2);
  }
  return !found.empty() && (scalar_text(*found.front()) == right) == wanted;
}

Hits filtered(const Hits& hits, std::string_view filter) {
  Hits passing;
  for (const Value* element : all_members(hits)) {
    if (passes(*element, filter)) {
      passing.push_back(element);
    }
  }
  return passing;
}

/// Where the bracket that opens at the front closes; quoted brackets do not count.
std::size_t closing_bracket(std::string_view text) {
  char quote = '\0';
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char letter = text.at(at);
    if (quote != '\0') {
      quote = letter == quote ? '\0' : quote;
    } else if (letter == '\'' || letter == '"') {
      quote = letter;
    } else if (letter == ']') {
      return at;
    }
  }
  return std::string_view::npos;
}

Hits bracketed(const Hits& hits, std::string_view inside) {
  inside = trimmed(inside);
  if (is_quoted(inside)) {
    return named(hits, inside.substr(1, inside.size() - 2));
  }
  if (inside == "*") {
    return all_members(hits);
  }
  if (inside.size() > 3 && inside.substr(0, 2) == "?(" && inside.back() == ')') {
    return filtered(hits, inside.substr(2, inside.size() - 3));
  }
  std::ptrdiff_t index = 0;
  const char* last = inside.data() + inside.size();
  const auto [end, error] = std::from_chars(inside.data(), last, index);
  return error == std::errc() && end == last ? indexed(hits, index) : Hits();
}

/// Takes a name from the front; a backslash lets the next letter be part of it.
std::string take_name(std::string_view& rest) {
  std::string name;
  while (!rest.empty() && rest.front() != '.' && rest.front() != '[') {
    if (rest.front() == '\\' && rest.size() > 1) {
      rest.remove_prefix(1);
    }
    name += rest.front();
    rest.remove_prefix(1);
  }
  return name;
}

}  // namespace

std::vector<const Value*> find_json_path(const Value& root, std::string_view path) {
  Hits hits = {&root};
  while (!path.empty() && !hits.empty()) {
    if (path.front() == '[') {
      const std::size_t end = closing_bracket(path);
      if (end == std::string_view::npos) {
        return {};
      }
      hits = bracketed(hits, path.substr(1, end - 1));
      path.remove_prefix(end + 1);
      continue;
    }
    if (path.front() == '.') {
      path.remove_prefix(1);
    }
    if (path.empty() || path.front() == '[') {
      continue;
    }
    if (path.front() == '.') {
      return {};
    }
    hits = named(hits, take_name(path));
  }
  return hits;
}

std::string json_path_text(const Value& found) {
  return found.is_null() ? "<no value>" : scalar_text(found);
}

}  // namespace cfkops::sandbox
