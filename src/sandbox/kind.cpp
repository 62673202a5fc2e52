#include "kind.hpp"

#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::string in_units(std::int64_t large, char of_large, std::int64_t small, char of_small) {
  return small == 0 ? fmt::format("{}{}", large, of_large)
                    : fmt::format("{}{}{}{}", large, of_large, small, of_small);
}

std::string age_in_days(std::int64_t hours) {
  constexpr std::int64_t kYear = 365;
  const std::int64_t days = hours / 24;
  if (days < 8) {
    return in_units(days, 'd', hours % 24, 'h');
  }
  if (days < 2 * kYear) {
    return fmt::format("{}d", days);
  }
  if (days < 8 * kYear) {
    return in_units(days / kYear, 'y', days % kYear, 'd');
  }
  return fmt::format("{}y", days / kYear);
}

// A prefix may end with a dash, since something follows.
std::string masked(const std::string& prefix) {
  return prefix.size() > 1 && prefix.ends_with('-') ? prefix.substr(0, prefix.size() - 2) + "a"
                                                    : prefix;
}

void take_status(Value& to, const Value& from) {
  erase_at(to, {"status"});
  if (const Value* status = find(from, {"status"})) {
    to["status"] = *status;
  }
}

}  // namespace

Kind::Kind(KindNames names)
    : names_(std::move(names)) {}

const SubresourceNames* Kind::subresource(std::string_view name) const {
  if (!subresources_ || is_defined()) {  // the definition of one may change
    subresources_ = subresources();
  }
  const auto found = std::ranges::find(*subresources_, name, &SubresourceNames::name);
  return found == subresources_->end() ? nullptr : &*found;
}

std::string Kind::bucket() const {
  return resource().full_name();
}

Value Kind::to_storage(Value object) const {
  object["apiVersion"] = resource().api_version();
  object["kind"] = resource().kind;
  return object;
}

Value Kind::from_storage(const Shared& stored) const {
  Value object = *stored;
  object["apiVersion"] = resource().api_version();
  object["kind"] = resource().kind;
  return object;
}

const Schema* Kind::schema() const {
  return builtin_schema(resource().api_version(), resource().kind);
}

void Kind::set_defaults(Value& /*object*/) const {}

void Kind::prepare_create(Value& object) const {
  if (has_status()) {
    erase_at(object, {"status"});
  }
}

void Kind::prepare_update(Value& fresh, const Value& old, std::string_view subresource) const {
  if (!has_status()) {
    return;
  }
  if (subresource != "status") {
    take_status(fresh, old);
    return;
  }
  Value changed = old;
  make_at(changed, {"metadata"}) = object_at(fresh, {"metadata"});
  take_status(changed, fresh);
  fresh = std::move(changed);
}

void Kind::validate(const Value& /*object*/, FieldErrors& /*errors*/) const {}

void Kind::validate_update(const Value& /*fresh*/,
                           const Value& /*old*/,
                           std::string_view /*subresource*/,
                           FieldErrors& /*errors*/) const {}

void Kind::validate_name(std::string_view name, FieldErrors& errors) const {
  validate_dns_subdomain(name, "metadata.name", errors);
}

void Kind::validate_names(const Value& object, FieldErrors& errors) const {
  if (const std::string prefix = text_at(object, {"metadata", "generateName"}); !prefix.empty()) {
    FieldErrors of_prefix;
    validate_name(masked(prefix), of_prefix);
    for (FieldError error : of_prefix.all()) {
      error.field = "metadata.generateName";
      error.value = go_quoted(prefix);
      errors.add(std::move(error));
    }
  }
  if (const std::string name = name_of(object); !name.empty()) {
    validate_name(name, errors);
  }
}

std::vector<std::string> Kind::warnings(const Value& /*object*/, const Value* /*old*/) const {
  return {};
}

std::map<std::string, std::string> Kind::selectable_fields(const Value& /*object*/) const {
  return {};
}

std::vector<Column> Kind::columns() const {
  return {
      {"Name",
       "string",
       "name",
       "Name must be unique within a namespace. Is required when creating resources, although some "
       "resources may allow a client to request the generation of an appropriate name "
       "automatically. Name is primarily intended for creation idempotence and configuration "
       "definition. Cannot be updated. More info: "
       "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"},
      {"Created At",
       "date",
       "",
       "CreationTimestamp is a timestamp representing the server time when this object was "
       "created. It is not guaranteed to be set in happens-before order across separate "
       "operations. Clients may not set this value. It is represented in RFC3339 form and is in "
       "UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
       "https://git.k8s.io/community/contributors/devel/sig-architecture/"
       "api-conventions.md#metadata"}};
}

std::vector<Value> Kind::cells(const Value& object, WallTime /*now*/) const {
  return {name_of(object), text_at(object, {"metadata", "creationTimestamp"})};
}

bool Kind::held_by_spec(const Value& /*object*/) const {
  return false;
}

std::int64_t Kind::grace_seconds(const Value& /*object*/, const Value* /*options*/) const {
  return 0;
}

std::string human_age(Duration age) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  // Clocks may differ by a second.
  if (seconds < -1) {
    return "<invalid>";
  }
  if (seconds < 0) {
    return "0s";
  }
  if (seconds < 2 * kMinute) {
    return fmt::format("{}s", seconds);
  }
  const std::int64_t minutes = seconds / kMinute;
  if (minutes < 10) {
    return in_units(minutes, 'm', seconds % kMinute, 's');
  }
  if (minutes < 180) {
    return fmt::format("{}m", minutes);
  }
  const std::int64_t hours = seconds / kHour;
  if (hours < 8) {
    return in_units(hours, 'h', minutes % 60, 'm');
  }
  return hours < 48 ? fmt::format("{}h", hours) : age_in_days(hours);
}

std::string age_cell(const Value& object, Path time, WallTime now) {
  const auto since = base::parse_rfc3339(text_at(object, time));
  return since ? human_age(now - *since) : "<unknown>";
}

}  // namespace cfkops::sandbox
