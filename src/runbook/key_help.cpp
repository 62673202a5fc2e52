#include "key_table.hpp"

#include "cfkops/runbook/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::runbook {

namespace {

std::string line_of(const KeySpec& key) {
  return fmt::format("  {:<14} {}{}\n", key.key, key.required ? "(required) " : "", key.doc);
}

std::string table_of(std::string_view where) {
  const KeyPlace& place = *find_place(where);
  std::string text = fmt::format("{}: {}\n\n", place.where, place.what);
  if (!place.base.empty()) {
    text.insert(text.size() - 1, fmt::format(" (cfkops explain {})", place.base));
  }
  for (const KeySpec& key : all_keys()) {
    if (key.where == where) {
      text += line_of(key);
    }
  }
  return text;
}

std::string help_on(const KeySpec& key) {
  std::string text = fmt::format("{}.{}: {}{}\n\n  {}\n\n  {}\n",
                                 key.where,
                                 key.key,
                                 key.type,
                                 key.required ? ", required" : "",
                                 key.doc,
                                 key.example);
  const std::string_view below = place_below(key);
  if (!below.empty()) {
    text += "\n" + table_of(below);
  }
  return text;
}

/// The first part of a path, without it and its dot.
std::string_view take_part(std::string_view& path) {
  const std::string_view part = path.substr(0, path.find('.'));
  path.remove_prefix(std::min(part.size() + 1, path.size()));
  return part;
}

std::vector<std::string> place_names() {
  std::vector<std::string> names;
  for (const KeyPlace& place : all_places()) {
    names.emplace_back(place.where);
  }
  for (std::string& key : key_names("runbook")) {
    names.push_back(std::move(key));
  }
  return names;
}

}  // namespace

KeyPath follow_keys(std::string_view path) {
  KeyPath here;
  std::string_view rest = path;
  const std::string_view first = take_part(rest);
  if (find_place(first) != nullptr) {
    here.place = first;
  } else if (const KeySpec* key = find_key("runbook", first)) {
    here.key = key;
    here.place = place_below(*key);
  } else {
    here.next = place_names();
    return here;
  }
  here.reached = first;
  while (!rest.empty()) {
    const std::string_view part = take_part(rest);
    const KeySpec* key = here.place.empty() ? nullptr : find_key(here.place, part);
    // What is done in place of an undo are steps.
    key = key == nullptr && here.place == "rollback" ? find_key("step", part) : key;
    if (key == nullptr) {
      here.next = here.place.empty() ? std::vector<std::string>() : key_names(here.place);
      return here;
    }
    here.key = key;
    here.place = place_below(*key);
    here.reached =
        path.substr(0, static_cast<std::size_t>(part.data() + part.size() - path.data()));
  }
  here.found = here.reached.size() == path.size();
  here.next = here.place.empty() ? std::vector<std::string>() : key_names(here.place);
  return here;
}

std::string explain_key(std::string_view path) {
  const KeyPath found = follow_keys(path);
  if (!found.found) {
    return {};
  }
  return found.key == nullptr ? table_of(found.place) : help_on(*found.key);
}

}  // namespace cfkops::runbook
