#include "kind_shapes.hpp"

#include "cfkops/base/json_cursor.hpp"
#include "cfkops/base/kind_shapes.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

/// A built-in kind; its plural is made from its name but where that is said.
struct Builtin {
  std::string_view shape;  ///< "apps.v1.StatefulSet"
  std::string_view group;
  std::string_view short_name = {};
};

constexpr std::array<Builtin, 36> kBuiltins = {{
    {"core.v1.Pod", "", "po"},
    {"core.v1.Node", "", "no"},
    {"core.v1.Namespace", "", "ns"},
    {"core.v1.Event", "", "ev"},
    {"core.v1.Service", "", "svc"},
    {"core.v1.ConfigMap", "", "cm"},
    {"core.v1.Secret", ""},
    {"core.v1.PersistentVolumeClaim", "", "pvc"},
    {"core.v1.PersistentVolume", "", "pv"},
    {"core.v1.Endpoints", "", "ep"},
    {"core.v1.LimitRange", "", "limits"},
    {"core.v1.PodTemplate", ""},
    {"core.v1.ReplicationController", "", "rc"},
    {"core.v1.ResourceQuota", "", "quota"},
    {"core.v1.ServiceAccount", "", "sa"},
    {"apps.v1.StatefulSet", "apps", "sts"},
    {"apps.v1.Deployment", "apps", "deploy"},
    {"apps.v1.ReplicaSet", "apps", "rs"},
    {"apps.v1.DaemonSet", "apps", "ds"},
    {"apps.v1.ControllerRevision", "apps"},
    {"batch.v1.CronJob", "batch", "cj"},
    {"batch.v1.Job", "batch"},
    {"policy.v1.PodDisruptionBudget", "policy", "pdb"},
    {"coordination.v1.Lease", "coordination.k8s.io"},
    {"discovery.v1.EndpointSlice", "discovery.k8s.io"},
    {"networking.v1.Ingress", "networking.k8s.io", "ing"},
    {"networking.v1.IngressClass", "networking.k8s.io"},
    {"networking.v1.NetworkPolicy", "networking.k8s.io", "netpol"},
    {"rbac.v1.ClusterRole", "rbac.authorization.k8s.io"},
    {"rbac.v1.ClusterRoleBinding", "rbac.authorization.k8s.io"},
    {"rbac.v1.Role", "rbac.authorization.k8s.io"},
    {"rbac.v1.RoleBinding", "rbac.authorization.k8s.io"},
    {"scheduling.v1.PriorityClass", "scheduling.k8s.io", "pc"},
    {"storage.v1.CSINode", "storage.k8s.io"},
    {"storage.v1.StorageClass", "storage.k8s.io", "sc"},
    {"apiextensions.v1.CustomResourceDefinition", "apiextensions.k8s.io", "crd"},
}};

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

std::string plural_of(const std::string& singular) {
  if (singular == "endpoints") {
    return singular;
  }
  if (singular.ends_with('y')) {
    return singular.substr(0, singular.size() - 1) + "ies";
  }
  return singular + (singular.ends_with('s') ? "es" : "s");
}

/// Of one type in the table: its fields with the codes of their types.
using Shape = std::vector<std::pair<std::string_view, std::string_view>>;

/// What kind_shapes.json holds; cmake/kind_shapes.py says how a type is written there.
class Shapes {
 public:
  Shapes() {
    for (const std::string_view line : base::kind_shape_lines()) {
      text_ += line;
    }
    base::JsonCursor cursor(text_);
    read(cursor);
  }

  /// The type of that name, made once; `any` where the table does not have it, and inside of
  /// itself.
  Type type_of(std::string_view name) {
    if (const auto made = made_.find(name); made != made_.end()) {
      return made->second;
    }
    const auto shape = shapes_.find(name);
    if (shape == shapes_.end() || !being_made_.insert(name).second) {
      return {};
    }
    std::vector<Type::Field> fields;
    fields.reserve(shape->second.size());
    for (const auto& [field, code] : shape->second) {
      fields.push_back({std::string(field), coded(code), {}});
    }
    being_made_.erase(name);
    Type type =
        fields.empty() ? Type() : Type::live(std::string(last_part(name)), std::move(fields));
    return made_.emplace(name, std::move(type)).first->second;
  }

 private:
  void read(base::JsonCursor& cursor) {
    for (bool more = cursor.take('{'); more; more = cursor.take(',')) {
      const auto name = cursor.take_text();
      if (!name || !cursor.take(':')) {
        return;
      }
      shapes_.emplace(*name, read_shape(cursor));
    }
  }

  static Shape read_shape(base::JsonCursor& cursor) {
    Shape shape;
    for (bool more = cursor.take('{'); more; more = cursor.take(',')) {
      const auto field = cursor.take_text();
      if (!field || !cursor.take(':')) {
        return {};
      }
      const auto code = cursor.peek() == '"' ? cursor.take_text() : std::nullopt;
      if (code && *field != "=") {
        shape.emplace_back(*field, code->substr(0, code->find('|')));
      } else if (!code) {
        static_cast<void>(cursor.take_integer(1));  // an option of the whole type
      }
    }
    cursor.take('}');
    return shape;
  }

  Type coded(std::string_view code) {
    switch (code.empty() ? '\0' : code.front()) {
      case 's':  // the rest is written as a text: bytes, times, quantities
      case 'B':
      case 'Q':
      case 'T':
      case 'M':
        return Type::of(K::String);
      case 'b':
        return Type::of(K::Bool);
      case 'i':
      case 'l':
        return Type::of(K::Int);
      case '[':
        return Type::list_of(coded(code.substr(1)));
      case '{':
        return Type::map_of(coded(code.substr(1)));
      case '@':
        return type_of(code.substr(1));
      default:
        return {};
    }
  }

  std::string text_;
  std::map<std::string_view, Shape> shapes_;  ///< points into the text
  std::map<std::string_view, Type> made_;
  std::set<std::string_view> being_made_;
};

/// What object.get hides of a Secret: its content, and the copy of it that kubectl keeps.
void conceal(Type& secret) {
  for (Type::Field& field : secret.fields.edit()) {
    if (field.name == "data" || field.name == "stringData") {
      field.type = Type::map_of(Type::of(K::Secret));
    } else if (field.name == "metadata") {
      std::vector<Type::Field>& members = field.type.fields.edit();
      const auto annotations = std::find_if(members.begin(), members.end(), [](const auto& member) {
        return member.name == "annotations";
      });
      if (annotations != members.end()) {
        annotations->type = Type::map_of(Type());
      }
    }
  }
}

}  // namespace

/// What was read so far.
struct BuiltinKinds::Read {
  std::vector<KindType> kinds;
  std::mutex mutex;  ///< of the rest, and of the types
  std::optional<Shapes> shapes;
  std::array<bool, kBuiltins.size()> has_type = {};
};

BuiltinKinds::BuiltinKinds()
    : read_(std::make_unique<Read>()) {
  read_->kinds.reserve(kBuiltins.size());
  for (const Builtin& builtin : kBuiltins) {
    KindType& kind = read_->kinds.emplace_back();
    kind.group = builtin.group;
    kind.kind = last_part(builtin.shape);
    kind.singular = base::lower(kind.kind);
    kind.plural = plural_of(kind.singular);
    if (!builtin.short_name.empty()) {
      kind.short_names.emplace_back(builtin.short_name);
    }
  }
}

BuiltinKinds::~BuiltinKinds() = default;

const std::vector<KindType>& BuiltinKinds::names() const {
  return read_->kinds;
}

const KindType& BuiltinKinds::whole(const KindType& named) const {
  const auto place = static_cast<std::size_t>(&named - read_->kinds.data());
  KindType& kind = read_->kinds[place];
  const std::scoped_lock lock(read_->mutex);
  if (!std::exchange(read_->has_type[place], true)) {
    if (!read_->shapes) {
      read_->shapes.emplace();
    }
    kind.type = read_->shapes->type_of(kBuiltins[place].shape);
    if (kind.kind == "Secret") {
      conceal(kind.type);
    }
  }
  return kind;
}

}  // namespace cfkops::runbook
