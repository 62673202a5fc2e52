#pragma once

#include "value.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// The shape of a value: what apply, strategic merge, pruning and strict decoding need to know.
/// Built-in kinds have theirs from base/kind_shapes.json, defined kinds from their structural
/// schema.
struct Schema {
  enum class Type {
    Any,  ///< not looked into; apply takes it as one piece
    Object,
    Map,  ///< any member, all of type `items`
    List,
    String,
    Bytes,  ///< base64 in JSON
    Integer,
    Number,
    Boolean,
    IntOrString,
    Quantity,
    Time,
    MicroTime,
  };
  enum class ListType { Atomic, Set, Map };

  Type type = Type::Any;
  /// What Go calls it, which the decoder's messages tell: "v1.Container", "int32". "" where there
  /// is no such type.
  std::string go_type = {};
  /// Object or map that apply takes as one piece (x-kubernetes-map-type: atomic).
  bool atomic = false;
  /// Members the schema does not know are kept (x-kubernetes-preserve-unknown-fields).
  bool preserve_unknown = false;
  /// An object with apiVersion, kind and metadata of its own (x-kubernetes-embedded-resource).
  bool embedded = false;
  std::map<std::string, std::shared_ptr<const Schema>, std::less<>> fields = {};
  std::shared_ptr<const Schema> items = {};
  ListType list_type = ListType::Atomic;
  std::vector<std::string> list_keys = {};  ///< of ListType::Map

  /// Strategic merge: "" replaces a list, otherwise elements merge by this key; lists of scalars
  /// merge as sets where `merges` holds.
  std::string merge_key = {};
  bool merges = false;
  bool retain_keys = false;  ///< patchStrategy retainKeys
  bool replaces = false;     ///< patchStrategy replace, of an object
  /// A key member that is missing in an element counts as this for apply (protocol: TCP).
  Shared default_value = {};

  /// Left out where it is empty (Go's omitempty, and no pointer).
  bool omits_empty = false;
  /// Written even where it is not given, as the zero of its type.
  bool always = false;
  /// The field's number in protobuf; "2.1" where the message that field 2 holds is none of JSON.
  std::string wire = {};
};

/// The schema of a built-in kind: "apps/v1", "StatefulSet"; nullptr where it is not known. Lives as
/// long as the process.
[[nodiscard]] const Schema* builtin_schema(std::string_view api_version, std::string_view kind);

/// Every member that the schema does not know, as the strict decoder names it
/// (`unknown field "spec.foo"`), in the decoder's order.
[[nodiscard]] std::vector<std::string> unknown_fields(const Schema& schema, const Value& object);

/// Brings an object of a built-in kind into the form in which Go writes it: members that are empty
/// go or come, as their fields want it.
void normalize(const Schema& schema, Value& object);

/// Removes what the schema does not know.
void prune(const Schema& schema, Value& object);

}  // namespace cfkops::sandbox
