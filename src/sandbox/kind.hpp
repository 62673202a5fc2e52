#pragma once

#include "refusal.hpp"
#include "schema.hpp"
#include "value.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/kube/resource.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// One column of a Table.
struct Column {
  std::string name;
  std::string type = "string";
  std::string format = {};
  std::string description = {};
  int priority = 0;
};

/// What a kind is called and what can be done with it; discovery shows this.
struct KindNames {
  kube::Resource resource;
  std::string singular;
  std::string list_kind;
  std::vector<std::string> short_names = {};
  std::vector<std::string> categories = {};
  /// Verbs of the resource itself, sorted.
  std::vector<std::string> verbs = {};
};

/// A subresource that discovery lists.
struct SubresourceNames {
  std::string name;  ///< "status", "scale", "eviction"
  std::string kind;  ///< "Eviction"; that of the resource if it is the same
  std::string group = {};
  std::string version = {};  ///< with `group`, where they differ from the resource's
  std::vector<std::string> verbs = {};
};

/// Where a defined kind keeps what its subresource scale shows: ".spec.replicas". "" for none.
struct ScalePaths {
  std::string spec_replicas;
  std::string status_replicas;
  std::string selector = {};
};

/// What the API server knows of one resource in one version: names, shape, defaults, what is
/// prepared and checked before a write, columns. The hooks follow the strategies of
/// k8s.io/kubernetes pkg/registry and pkg/apis/*/{v1/defaults.go,validation}. Stateless; lives as
/// long as the table that holds it.
class Kind {
 public:
  explicit Kind(KindNames names);
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;
  virtual ~Kind() = default;

  [[nodiscard]] const KindNames& names() const { return names_; }

  [[nodiscard]] const kube::Resource& resource() const { return names_.resource; }

  /// Where its objects lie in the store, whatever the version: "statefulsets.apps".
  [[nodiscard]] virtual std::string bucket() const;

  /// Between what is stored and what this version shows; by default only apiVersion changes, to
  /// what `stored_api_version` says.
  [[nodiscard]] virtual Value to_storage(Value object) const;
  [[nodiscard]] virtual Value from_storage(const Shared& stored) const;

  /// nullptr where anything goes.
  [[nodiscard]] virtual const Schema* schema() const;

  [[nodiscard]] virtual std::vector<SubresourceNames> subresources() const { return {}; }

  /// The one of that name, or nullptr; valid until asked again.
  [[nodiscard]] const SubresourceNames* subresource(std::string_view name) const;

  /// A definition brought it. The decoder then judges no types (validation does), there is no
  /// strategic merge, and items of lists keep apiVersion and kind.
  [[nodiscard]] virtual bool is_defined() const { return false; }

  /// Of a defined kind, what its definition says of its shape; nullptr for others.
  [[nodiscard]] virtual Shared open_api() const { return nullptr; }

  /// Of a defined kind with the subresource scale; nullptr where there is none.
  [[nodiscard]] virtual const ScalePaths* scale_paths() const { return nullptr; }

  /// A warning that every request for it is answered with; "" for none.
  [[nodiscard]] virtual std::string deprecation() const { return {}; }

  /// Has a status that only its subresource writes.
  [[nodiscard]] virtual bool has_status() const { return false; }

  /// Counts changes of the spec in metadata.generation.
  [[nodiscard]] virtual bool counts_generation() const { return false; }

  /// Then every change outside of metadata counts, as of defined kinds, whose status may be a field
  /// like any other.
  [[nodiscard]] virtual bool counts_whole_generation() const { return false; }

  /// Its version is the one in which the bucket's objects are stored.
  [[nodiscard]] virtual bool is_storage_version() const { return true; }

  /// The version in which they are stored, as discovery's hash tells it.
  [[nodiscard]] virtual std::string stored_version() const { return resource().version; }

  /// The group that refusals of invalid objects name.
  [[nodiscard]] virtual std::string refusal_group() const { return resource().group; }

  /// A PUT makes what is not there.
  [[nodiscard]] virtual bool upserts() const { return false; }

  /// A PUT or patch needs no resourceVersion.
  [[nodiscard]] virtual bool updates_unconditionally() const { return true; }

  /// A delete is answered with the object instead of a Status.
  [[nodiscard]] virtual bool delete_answers_object() const { return false; }

  /// What the decoder fills in, at every write and for what a patch left.
  virtual void set_defaults(Value& object) const;

  /// Before a create: status goes, what the server owns is set. metadata is done elsewhere.
  virtual void prepare_create(Value& object) const;

  /// Before an update through the main resource (`subresource` "") or another: what may not change
  /// that way is taken from `old`. The generation is counted by the registry after this.
  virtual void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const;

  /// Before a delete of what is not being deleted yet; `now` as metadata has times. May add
  /// finalizers, which then hold it.
  virtual void prepare_delete(Value& /*object*/, std::string_view /*now*/) const {}

  /// All that is wrong with it.
  virtual void validate(const Value& object, FieldErrors& errors) const;
  virtual void validate_update(const Value& fresh,
                               const Value& old,
                               std::string_view subresource,
                               FieldErrors& errors) const;

  /// How a name must look: adds to `errors` under metadata.name. By default a DNS subdomain.
  virtual void validate_name(std::string_view name, FieldErrors& errors) const;

  /// What `validate_name` says of metadata.name and, as a prefix, of metadata.generateName.
  void validate_names(const Value& object, FieldErrors& errors) const;

  /// Warnings that a write of it is answered with.
  [[nodiscard]] virtual std::vector<std::string> warnings(const Value& object,
                                                          const Value* old) const;

  /// Field selectors beside metadata.name and metadata.namespace: name to value.
  [[nodiscard]] virtual std::map<std::string, std::string> selectable_fields(
      const Value& object) const;

  /// The names of those.
  [[nodiscard]] virtual std::vector<std::string> selectable_names() const { return {}; }

  /// Columns, and the cells of one row. By default Name and Created At.
  [[nodiscard]] virtual std::vector<Column> columns() const;
  [[nodiscard]] virtual std::vector<Value> cells(const Value& object, WallTime now) const;

  /// The finalizer-like tokens of namespaces: the object stays until these are empty too.
  [[nodiscard]] virtual bool held_by_spec(const Value& object) const;

  /// How a delete is to go: seconds of grace for this object and these options (nullptr for none
  /// given); 0 deletes at once.
  [[nodiscard]] virtual std::int64_t grace_seconds(const Value& object, const Value* options) const;

 private:
  KindNames names_;
  mutable std::optional<std::vector<SubresourceNames>> subresources_;  ///< once asked for
};

/// "5m", "3d4h": how kubectl's tables tell an age (apimachinery pkg/util/duration).
[[nodiscard]] std::string human_age(Duration age);

/// The age of a time in an object, "<unknown>" where there is none.
[[nodiscard]] std::string age_cell(const Value& object, Path time, WallTime now);

}  // namespace cfkops::sandbox
