#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/value.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A static type: of a parameter, an action's argument or output, or an expression. A plain value.
struct Type {
  /// What kind of values it has.
  enum class Kind {
    Any,  ///< not known before the run (CEL's dyn)
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
    Quantity,  ///< a Kubernetes quantity, "500m" or "10Gi"
    Enum,      ///< a string out of `names`
    List,      ///< of `element()`
    Map,       ///< keys of `key()`, values of `element()`
    Object,    ///< known `fields`; of a live object or a part of it, `names` has what it is called
    Ref,  ///< a live object of one of the kinds in `names`; in expressions an object with kind,
          ///< namespace, name, uid
    Secret,
    Optional,  ///< of `element()`, or none
    Semver,
    TypeType,  ///< a type as a value: what type(x) gives
  };

  /// A member of an Object.
  struct Field;

  /// The members of an Object in their order. Copies share them, since a live object's type is
  /// large.
  class Fields {
   public:
    Fields() = default;
    Fields(std::vector<Field> list);  // NOLINT(google-explicit-constructor): it is that list

    [[nodiscard]] const Field* begin() const;
    [[nodiscard]] const Field* end() const;
    [[nodiscard]] std::size_t size() const;

    [[nodiscard]] bool empty() const { return size() == 0; }

    /// One of them is a secret, or holds one.
    [[nodiscard]] bool has_secret() const;

    /// The members to be changed, here and in no copy; valid until it is copied.
    [[nodiscard]] std::vector<Field>& edit();

    friend bool operator==(const Fields& a, const Fields& b);

   private:
    struct Data;
    std::shared_ptr<Data> data_;
  };

  Kind kind = Kind::Any;
  std::vector<Type> arguments;
  std::vector<std::string> names;
  Fields fields;
  bool maybe_missing =
      false;  ///< an output that a run may not produce: an error to use until guarded

  /// A type without parameters.
  [[nodiscard]] static Type of(Kind kind);

  /// list<element>
  [[nodiscard]] static Type list_of(Type element);

  /// map<element>, its keys strings
  [[nodiscard]] static Type map_of(Type element);

  /// A map with other keys than strings.
  [[nodiscard]] static Type map_of(Type element, Type key);

  /// optional<element>
  [[nodiscard]] static Type optional_of(Type element);

  /// enum<a|b>
  [[nodiscard]] static Type enumeration(std::vector<std::string> names);

  /// ref<A|B>
  [[nodiscard]] static Type ref(std::vector<std::string> kinds);

  /// A map of which the members are known.
  [[nodiscard]] static Type object(std::vector<Field> fields);

  /// The same as a live object, or a part of one, has it; `name` is what messages call it.
  [[nodiscard]] static Type live(std::string name, std::vector<Field> fields);

  /// What `live` made.
  [[nodiscard]] bool is_live() const { return kind == Kind::Object && !names.empty(); }

  /// Reads the notation of runbooks: "string", "list<int>", "ref<Kafka|StatefulSet>", "enum<a|b>",
  /// "secret". Errors: InvalidInput with did-you-mean.
  [[nodiscard]] static Result<Type> parse(std::string_view text);

  /// Of a List, Map or Optional: what it holds.
  [[nodiscard]] const Type& element() const;

  /// Of a Map: what its keys are, strings unless said otherwise.
  [[nodiscard]] const Type& key() const;

  /// Of an Object: the member of that name, or nullptr.
  [[nodiscard]] const Field* field(std::string_view name) const;

  /// The notation that `parse` reads; what a runbook cannot write reads like it, "map<int, any>".
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Type&, const Type&);
};

/// A member of an Object, with what it is for.
struct Type::Field {
  std::string name;
  Type type;
  std::string help;
  friend bool operator==(const Field&, const Field&) = default;
};

/// Converts what a person wrote (`--param k=v`, or a YAML scalar or tree as JSON-like Value) to
/// `type`. A `ref` stays the text; resolving it needs a cluster. Errors: InvalidInput: what was
/// expected, an example.
[[nodiscard]] Result<Value> convert(const Value& written, const Type& type);

}  // namespace cfkops::runbook
