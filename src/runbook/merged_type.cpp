#include "merged_type.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

Type merged_objects(const Type& a, const Type& b) {
  std::vector<Type::Field> fields(a.fields.begin(), a.fields.end());
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    places.emplace(a.fields.begin()[i].name, i);
  }
  for (const Type::Field& field : b.fields) {
    if (const auto known = places.find(field.name); known != places.end()) {
      Type& type = fields[known->second].type;
      type = merged(type, field.type);
    } else {
      fields.push_back(field);
    }
  }
  return Type::live(a.names.front(), std::move(fields));
}

std::vector<std::string> all_names(const Type& a, const Type& b) {
  std::vector<std::string> names = a.names;
  const std::set<std::string_view> known(a.names.begin(), a.names.end());
  std::copy_if(
      b.names.begin(), b.names.end(), std::back_inserter(names), [&known](const std::string& name) {
        return !known.contains(name);
      });
  return names;
}

}  // namespace

Type merged(const Type& a, const Type& b) {
  if (a == b) {
    return a;
  }
  if (a.is_live() && b.is_live()) {
    return merged_objects(a, b);
  }
  if (a.kind == K::List && b.kind == K::List) {
    return Type::list_of(merged(a.element(), b.element()));
  }
  if (a.kind == K::Map && b.kind == K::Map) {
    return Type::map_of(merged(a.element(), b.element()));
  }
  if (a.kind == K::Enum && b.kind == K::Enum) {
    return Type::enumeration(all_names(a, b));
  }
  const bool texts =
      (a.kind == K::Enum || a.kind == K::String) && (b.kind == K::Enum || b.kind == K::String);
  return texts ? Type::of(K::String) : Type();
}

}  // namespace cfkops::runbook
