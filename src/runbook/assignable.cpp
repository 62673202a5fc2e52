#include "check.hpp"

#include <algorithm>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

bool subset(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  return std::all_of(some.begin(), some.end(), [&](const std::string& name) {
    return std::find(all.begin(), all.end(), name) != all.end();
  });
}

/// Where the kinds are the same.
bool same_kind(const Type& from, const Type& to) {
  switch (to.kind) {
    case K::Enum:
    case K::Ref:
      return to.names.empty() || subset(from.names, to.names);
    case K::List:
    case K::Optional:
      return assignable(from.element(), to.element());
    case K::Map:
      return assignable(from.key(), to.key()) && assignable(from.element(), to.element());
    case K::Object:
      return std::all_of(to.fields.begin(), to.fields.end(), [&](const Type::Field& wanted) {
        const Type::Field* given = from.field(wanted.name);
        return given == nullptr ? wanted.type.maybe_missing || from.fields.empty()
                                : assignable(given->type, wanted.type);
      });
    default:
      return true;
  }
}

}  // namespace

bool assignable(const Type& from, const Type& to) {
  if (has_secret(from) && !has_secret(to)) {
    return false;  // what takes anything may print it
  }
  if (from.kind == K::Any || to.kind == K::Any) {
    return true;
  }
  if (from.kind == to.kind) {
    return same_kind(from, to);
  }
  const auto is = [&](K given, K wanted) { return from.kind == given && to.kind == wanted; };
  if (is(K::Object, K::Map)) {
    return std::all_of(from.fields.begin(), from.fields.end(), [&](const Type::Field& field) {
      return assignable(field.type, to.element());
    });
  }
  // A text is looked at when it arrives: it may be an enum's name, an object's name or a secret in
  // clear.
  return is(K::Int, K::Double) || is(K::Int, K::Uint) || is(K::Int, K::Quantity) ||
         is(K::Enum, K::String) || is(K::Quantity, K::String) || is(K::String, K::Enum) ||
         is(K::String, K::Quantity) || is(K::String, K::Ref) || is(K::String, K::Secret) ||
         is(K::Map, K::Object);
}

}  // namespace cfkops::runbook
