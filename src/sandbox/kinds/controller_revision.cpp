#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace cfkops::sandbox {

namespace {

// "statefulset.apps/web"
std::string controller_text(const Value& object) {
  const Value* owner = controller_of(object);
  if (owner == nullptr) {
    return "<none>";
  }
  std::string kind = text_at(*owner, {"kind"});
  std::ranges::transform(kind, kind.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  const std::string version = text_at(*owner, {"apiVersion"});
  const std::size_t slash = version.find('/');
  const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
  return fmt::format("{}/{}", with_group(kind, group), text_at(*owner, {"name"}));
}

class ControllerRevisionKind final : public Kind {
 public:
  ControllerRevisionKind()
      : Kind(common_names({"apps", "v1", "controllerrevisions", "ControllerRevision"})) {}

  void set_defaults(Value& object) const override { set_default(object, {"revision"}, 0); }

  void validate(const Value& object, FieldErrors& errors) const override {
    check_nonnegative(object, "revision", "", errors);
    const Value* data = find(object, {"data"});
    if (data == nullptr) {
      errors.required("data", "data is mandatory");
    } else if (!data->is_object()) {
      errors.required("data", "data must be a valid JSON object");
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    check_nonnegative(fresh, "revision", "", errors);
    check_immutable(find(fresh, {"data"}), find(old, {"data"}), "data", errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Controller", "string", "Controller of the object"),
            column("Revision",
                   "string",
                   "revision indicates the revision of the state represented by Data."),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            controller_text(object),
            number_at(object, {"revision"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }
};

}  // namespace

std::unique_ptr<Kind> controller_revision_kind() {
  return std::make_unique<ControllerRevisionKind>();
}

}  // namespace cfkops::sandbox
