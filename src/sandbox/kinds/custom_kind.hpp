#pragma once

#include "kind.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// A kind that a CustomResourceDefinition brings, in one of its versions. Rules in CEL
/// (x-kubernetes-validations) are not evaluated, conversion webhooks not called: versions differ in
/// apiVersion alone.
class CustomKind final : public Kind {
 public:
  /// `version` is one of the definition's spec.versions.
  CustomKind(const Value& definition, const Value& version);

  /// Takes over what a change of the definition says of everything but the names.
  void redefine(const Value& definition, const Value& version);

  [[nodiscard]] Value to_storage(Value object) const override;
  [[nodiscard]] Value from_storage(const Shared& stored) const override;
  [[nodiscard]] const Schema* schema() const override;
  [[nodiscard]] std::vector<SubresourceNames> subresources() const override;

  [[nodiscard]] bool is_defined() const override { return true; }

  [[nodiscard]] Shared open_api() const override { return terms_.open_api; }

  [[nodiscard]] const ScalePaths* scale_paths() const override;
  [[nodiscard]] std::string deprecation() const override;
  [[nodiscard]] bool has_status() const override;

  [[nodiscard]] bool counts_generation() const override { return true; }

  [[nodiscard]] bool counts_whole_generation() const override { return true; }

  [[nodiscard]] bool is_storage_version() const override;

  [[nodiscard]] bool updates_unconditionally() const override { return false; }

  void set_defaults(Value& object) const override;
  void prepare_create(Value& object) const override;
  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override;
  void validate(const Value& object, FieldErrors& errors) const override;
  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override;
  [[nodiscard]] std::vector<std::string> warnings(const Value& object,
                                                  const Value* old) const override;
  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override;
  [[nodiscard]] std::vector<std::string> selectable_names() const override;
  [[nodiscard]] std::vector<Column> columns() const override;
  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override;

 private:
  struct PrinterColumn {
    Column column;
    std::string path;
  };

  /// What may change while the kind stays.
  struct Terms {
    Shared open_api;
    std::shared_ptr<const Schema> schema;
    bool has_status = false;
    bool has_rules = false;  ///< in CEL, somewhere
    bool is_storage = false;
    std::string stored_api_version;
    std::optional<ScalePaths> scale;
    std::vector<PrinterColumn> columns;
    std::vector<std::string> selectable;  ///< paths with their dot
    std::string deprecation;
  };

  [[nodiscard]] static Terms terms_of(const Value& definition, const Value& version);

  void validate_scale(const Value& object, bool with_spec, FieldErrors& errors) const;
  void note_unchecked_rules(FieldErrors& errors) const;

  Terms terms_;
};

/// The names that a definition gives in one of its versions: the accepted ones, else those asked
/// for.
[[nodiscard]] KindNames custom_names(const Value& definition, const Value& version);

/// Below, at or above zero as the first version is older than the second: v1alpha1, v1beta1, v1,
/// v2; what is no version of Kubernetes' form is older than all.
[[nodiscard]] int compare_versions(std::string_view first, std::string_view second);

}  // namespace cfkops::sandbox
