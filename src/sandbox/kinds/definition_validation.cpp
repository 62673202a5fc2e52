#include "kinds/definition_validation.hpp"

#include "kinds/custom_validation.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

namespace {

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return text;
}

/// What is wrong with a name as a DNS-1035 label, "" for nothing.
std::string label_problem(const std::string& name) {
  FieldErrors errors;
  validate_dns1035_label(name, "", errors);
  std::vector<std::string> details;
  std::ranges::transform(errors.all(), std::back_inserter(details), [](const FieldError& error) {
    return error.detail;
  });
  return fmt::format("{}", fmt::join(details, ","));
}

void check_label(const Value& value, const std::string& field, FieldErrors& errors) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    return;
  }
  if (const std::string problem = label_problem(value.get<std::string>()); !problem.empty()) {
    errors.invalid(field, value, problem);
  }
}

void check_names(const Value& names, const std::string& field, FieldErrors& errors) {
  for (const char* name : {"plural", "singular"}) {
    check_label(Value(text_at(names, {name})), fmt::format("{}.{}", field, name), errors);
  }
  for (const char* name : {"kind", "listKind"}) {
    const std::string text = text_at(names, {name});
    const std::string problem = text.empty() ? std::string() : label_problem(lowered(text));
    if (!problem.empty()) {
      errors.invalid(fmt::format("{}.{}", field, name),
                     Value(text),
                     "may have mixed case, but should otherwise match: " + problem);
    }
  }
  const std::string kind = text_at(names, {"kind"});
  if (!kind.empty() && kind == text_at(names, {"listKind"})) {
    errors.invalid(field + ".listKind", Value(kind), "kind and listKind may not be the same");
  }
  for (const char* list : {"shortNames", "categories"}) {
    std::size_t index = 0;
    for (const Value& name : list_at(names, {list})) {
      check_label(name, fmt::format("{}.{}[{}]", field, list, index++), errors);
    }
  }
}

void check_group(const std::string& group, FieldErrors& errors) {
  if (group.empty()) {
    errors.required("spec.group");
    return;
  }
  FieldErrors found;
  validate_dns_subdomain(group, "spec.group", found);
  for (const FieldError& error : found.all()) {
    errors.add(error);
  }
  if (found.empty() && group.find('.') == std::string::npos) {
    errors.invalid("spec.group", Value(group), "should be a domain with at least one dot");
  }
}

void check_choice(const Value& spec,
                  Path path,
                  const std::string& field,
                  const std::vector<std::string>& choices,
                  FieldErrors& errors) {
  const std::string text = text_at(spec, path);
  if (text.empty()) {
    errors.required(field);
  } else if (std::ranges::find(choices, text) == choices.end()) {
    errors.not_supported(field, Value(text), choices);
  }
}

void check_path(const std::string& path, const std::string& field, FieldErrors& errors) {
  if (path.empty()) {
    errors.required(field);
  } else if (path.front() != '.') {
    errors.invalid(field, Value(path), "must be a simple json path starting with .");
  }
}

void check_columns(const Value& version, const std::string& field, FieldErrors& errors) {
  static const std::vector<std::string> kTypes = {"boolean", "date", "integer", "number", "string"};
  static const std::vector<std::string> kFormats = {
      "byte", "date", "date-time", "double", "float", "int32", "int64", "password"};
  std::size_t index = 0;
  for (const Value& column : list_at(version, {"additionalPrinterColumns"})) {
    const std::string at = fmt::format("{}.additionalPrinterColumns[{}]", field, index++);
    if (text_at(column, {"name"}).empty()) {
      errors.required(at + ".name");
    }
    const std::string type = text_at(column, {"type"});
    const std::string types = fmt::format("must be one of {}", fmt::join(kTypes, ","));
    if (type.empty()) {
      errors.required(at + ".type", types);
    } else if (std::ranges::find(kTypes, type) == kTypes.end()) {
      errors.invalid(at + ".type", Value(type), types);
    }
    const std::string format = text_at(column, {"format"});
    if (!format.empty() && std::ranges::find(kFormats, format) == kFormats.end()) {
      errors.invalid(at + ".format",
                     Value(format),
                     fmt::format("must be one of {}", fmt::join(kFormats, ",")));
    }
    check_path(text_at(column, {"jsonPath"}), at + ".JSONPath", errors);
  }
}

void check_scale(const Value& subresources, const std::string& field, FieldErrors& errors) {
  const Value* scale = find(subresources, {"scale"});
  if (scale == nullptr) {
    return;
  }
  const auto check = [&](const char* name, std::string_view prefix, const char* detail) {
    const std::string path = text_at(*scale, {name});
    const std::string at = fmt::format("{}.scale.{}", field, name);
    if (path.empty() || path.front() != '.') {
      check_path(path, at, errors);
    } else if (path.substr(0, prefix.size()) != prefix) {
      errors.invalid(at, Value(path), detail);
    }
  };
  check("specReplicasPath", ".spec.", "should be a json path under .spec");
  check("statusReplicasPath", ".status.", "should be a json path under .status");
  const std::string selector = text_at(*scale, {"labelSelectorPath"});
  if (!selector.empty() && selector.substr(0, 6) != ".spec.") {
    check("labelSelectorPath", ".status.", "should be a json path under either .spec or .status");
  }
}

/// The schema at a path of plain names, or nullptr.
const Value* schema_at(const Value& open_api, std::string_view path) {
  const Value* here = &open_api;
  while (!path.empty() && here != nullptr) {
    path.remove_prefix(path.front() == '.' ? 1 : 0);
    const std::string_view name = path.substr(0, path.find('.'));
    here = find(*here, {"properties", name});
    path.remove_prefix(name.size());
  }
  return here;
}

void check_selectable(const Value& version, const std::string& field, FieldErrors& errors) {
  constexpr std::size_t kMost = 8;
  const Value& open_api = object_at(version, {"schema", "openAPIV3Schema"});
  std::set<std::string> seen;
  std::size_t index = 0;
  for (const Value& selectable : list_at(version, {"selectableFields"})) {
    const std::string at = fmt::format("{}.selectableFields[{}].jsonPath", field, index++);
    const std::string path = text_at(selectable, {"jsonPath"});
    if (path.empty()) {
      errors.required(at);
      continue;
    }
    const Value* schema = path.front() == '.' ? schema_at(open_api, path) : nullptr;
    if (schema == nullptr) {
      errors.invalid(at, Value(path), "is an invalid path: does not refer to a valid field");
      continue;
    }
    if (path.substr(0, 10) == ".metadata.") {
      errors.invalid(at, Value(path), "must not point to fields in metadata");
    }
    const std::string type = text_at(*schema, {"type"});
    if (type != "string" && type != "boolean" && type != "integer") {
      errors.invalid(at,
                     Value(path),
                     "must point to a field of type string, boolean or integer. Enum string fields "
                     "and strings with formats are allowed.");
    }
    if (!seen.insert(path).second) {
      errors.duplicate(at, Value(path));
    }
  }
  if (seen.size() > kMost) {
    errors.too_many(
        field + ".selectableFields", static_cast<int>(seen.size()), static_cast<int>(kMost));
  }
}

/// Whether all versions have the same there. Then the checks see it at the spec, under the name
/// that it had in v1beta1.
bool is_shared(const Value& versions, std::string_view member) {
  const auto same = [&versions, member](const Value& version) {
    const Value* first = find(versions.at(0), {member});
    const Value* other = find(version, {member});
    return first == nullptr || other == nullptr ? first == other : *first == *other;
  };
  return std::ranges::all_of(versions, same);
}

void check_deprecation(const Value& version, const std::string& field, FieldErrors& errors) {
  const Value* warning = find(version, {"deprecationWarning"});
  if (warning == nullptr || !warning->is_string()) {
    return;
  }
  const std::string at = field + ".deprecationWarning";
  const std::string text = warning->get<std::string>();
  if (!flag_at(version, {"deprecated"})) {
    errors.invalid(at, *warning, "can only be set for deprecated versions");
    return;
  }
  if (text.size() > 256) {
    errors.invalid(at, *warning, "must be <= 256 characters long");
  }
  if (text.empty()) {
    errors.invalid(at, *warning, "must not be an empty string");
  }
}

void check_schema(const Value& version, const std::string& field, FieldErrors& errors) {
  if (const Value* open_api = find(version, {"schema", "openAPIV3Schema"}); open_api != nullptr) {
    validate_definition_schema(*open_api, field + ".openAPIV3Schema", errors);
  }
}

void check_version(const Value& versions, std::size_t index, FieldErrors& errors) {
  const Value& version = versions.at(index);
  const std::string at = fmt::format("spec.versions[{}]", index);
  if (find(version, {"schema", "openAPIV3Schema"}) == nullptr) {
    errors.required(at + ".schema.openAPIV3Schema");
  }
  const std::string name = text_at(version, {"name"});
  if (const std::string problem = label_problem(name); !problem.empty()) {
    errors.invalid(at + ".name", Value(name), problem);
  }
  check_deprecation(version, at, errors);
  const bool first = index == 0;
  if (const bool shared = is_shared(versions, "schema"); !shared || first) {
    check_schema(version, shared ? "spec.validation" : at + ".schema", errors);
  }
  if (const bool shared = is_shared(versions, "subresources"); !shared || first) {
    check_scale(
        object_at(version, {"subresources"}), (shared ? "spec" : at) + ".subresources", errors);
  }
  if (const bool shared = is_shared(versions, "additionalPrinterColumns"); !shared || first) {
    check_columns(version, shared ? "spec" : at, errors);
  }
  if (const bool shared = is_shared(versions, "selectableFields"); !shared || first) {
    check_selectable(version, shared ? "spec" : at, errors);
  }
}

/// The versions as Go prints the internal type; what all share is not in them. What they do not
/// share is not printed either.
std::string versions_text(const Value& versions) {
  std::vector<std::string> texts;
  for (const Value& version : versions) {
    const Value* warning = find(version, {"deprecationWarning"});
    texts.push_back(fmt::format(
        R"({{"Name":{},"Served":{},"Storage":{},"Deprecated":{},"DeprecationWarning":{},)"
        R"("Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,)"
        R"("SelectableFields":null}})",
        go_value(Value(text_at(version, {"name"}))),
        flag_at(version, {"served"}),
        flag_at(version, {"storage"}),
        flag_at(version, {"deprecated"}),
        warning == nullptr ? "null" : go_value(*warning)));
  }
  return fmt::format("[{}]", fmt::join(texts, ","));
}

void check_versions(const Value& versions, FieldErrors& errors) {
  std::set<std::string> names;
  for (std::size_t index = 0; index < versions.size(); ++index) {
    check_version(versions, index, errors);
    names.insert(text_at(versions.at(index), {"name"}));
  }
  const auto refuse_all = [&](const char* detail) {
    errors.add({FieldError::Type::Invalid, "spec.versions", detail, versions_text(versions)});
  };
  if (names.size() != versions.size()) {
    refuse_all("must contain unique version names");
  }
  const auto stored = std::ranges::count_if(
      versions, [](const Value& version) { return flag_at(version, {"storage"}); });
  if (stored != 1) {
    refuse_all("must have exactly one version marked as storage version");
  }
}

void check_conversion(const Value& spec, FieldErrors& errors) {
  check_choice(
      spec, {"conversion", "strategy"}, "spec.conversion.strategy", {"None", "Webhook"}, errors);
  const bool webhook = text_at(spec, {"conversion", "strategy"}) == "Webhook";
  const Value* config = find(spec, {"conversion", "webhook", "clientConfig"});
  const Value& reviews = list_at(spec, {"conversion", "webhook", "conversionReviewVersions"});
  if (!webhook) {
    if (config != nullptr) {
      errors.forbidden("spec.conversion.webhookClientConfig",
                       "should not be set when strategy is not set to Webhook");
    }
    if (!reviews.empty()) {
      errors.forbidden("spec.conversion.conversionReviewVersions",
                       "should not be set when strategy is not set to Webhook");
    }
    return;
  }
  if (config == nullptr) {
    errors.required("spec.conversion.webhookClientConfig",
                    "required when strategy is set to Webhook");
  } else if ((find(*config, {"url"}) == nullptr) == (find(*config, {"service"}) == nullptr)) {
    errors.required("spec.conversion.webhookClientConfig",
                    "exactly one of url or service is required");
  }
  if (reviews.empty()) {
    errors.required("spec.conversion.conversionReviewVersions");
  } else if (std::ranges::none_of(reviews, [](const Value& version) {
               return version == Value("v1") || version == Value("v1beta1");
             })) {
    errors.invalid("spec.conversion.conversionReviewVersions",
                   reviews,
                   "must include at least one of v1, v1beta1");
  }
}

void check_spec(const Value& spec, FieldErrors& errors) {
  check_group(text_at(spec, {"group"}), errors);
  check_choice(spec, {"scope"}, "spec.scope", {"Cluster", "Namespaced"}, errors);
  check_versions(list_at(spec, {"versions"}), errors);
  for (const char* name : {"plural", "singular", "kind", "listKind"}) {
    if (text_at(spec, {"names", name}).empty()) {
      errors.required(fmt::format("spec.names.{}", name));
    }
  }
  check_names(object_at(spec, {"names"}), "spec.names", errors);
  check_conversion(spec, errors);
  if (flag_at(spec, {"preserveUnknownFields"})) {
    errors.invalid("spec.preserveUnknownFields",
                   Value(true),
                   "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
                   "spec.versions[*].schema instead");
  }
}

void check_immutable(
    const Value& spec, const Value& old, Path path, const std::string& field, FieldErrors& errors) {
  const std::string text = text_at(spec, path);
  if (text != text_at(old, path)) {
    errors.invalid(field, Value(text), "field is immutable");
  }
}

bool is_established(const Value& definition) {
  return std::ranges::any_of(list_at(definition, {"status", "conditions"}),
                             [](const Value& condition) {
                               return text_at(condition, {"type"}) == "Established" &&
                                      text_at(condition, {"status"}) == "True";
                             });
}

void check_stored_versions(const Value& definition, FieldErrors& errors) {
  const Value& stored = list_at(definition, {"status", "storedVersions"});
  if (stored.empty()) {
    errors.invalid("status.storedVersions", Value(), "must have at least one stored version");
    return;
  }
  const Value& versions = list_at(definition, {"spec", "versions"});
  for (const Value& version : versions) {
    const Value name(text_at(version, {"name"}));
    if (flag_at(version, {"storage"}) && std::ranges::find(stored, name) == stored.end()) {
      errors.invalid("status.storedVersions",
                     stored,
                     "must have the storage version " + text_at(version, {"name"}));
    }
  }
  std::size_t index = 0;
  for (const Value& name : stored) {
    const std::string text = name.is_string() ? name.get<std::string>() : std::string();
    const std::string at = fmt::format("status.storedVersions[{}]", index++);
    if (std::ranges::none_of(
            versions, [&](const Value& version) { return text_at(version, {"name"}) == text; })) {
      errors.invalid(at,
                     name,
                     fmt::format("missing from spec.versions; {0} was previously a storage "
                                 "version, and must remain in spec.versions until a storage "
                                 "migration ensures no data remains persisted in {0} and removes "
                                 "{0} from status.storedVersions",
                                 text));
    }
  }
}

/// Groups of the community need an approval.
void check_approval(const Value& definition, const Value* old, FieldErrors& errors) {
  const std::string group = text_at(definition, {"spec", "group"});
  const auto ends_with = [&group](std::string_view end) {
    return group == end || (group.size() > end.size() &&
                            std::string_view(group).substr(group.size() - end.size()) == end &&
                            group.at(group.size() - end.size() - 1) == '.');
  };
  constexpr const char* kApproval = "api-approved.kubernetes.io";
  const std::string approval = text_at(definition, {"metadata", "annotations", kApproval});
  const bool missed_before =
      old != nullptr && text_at(*old, {"metadata", "annotations", kApproval}).empty();
  if ((ends_with("k8s.io") || ends_with("kubernetes.io")) && approval.empty() && !missed_before) {
    errors.required(fmt::format("metadata.annotations[{}]", kApproval),
                    fmt::format("protected groups must have approval annotation \"{}\", see "
                                "https://github.com/kubernetes/enhancements/pull/1111",
                                kApproval));
  }
}

}  // namespace

void validate_definition(const Value& definition, const Value* old, FieldErrors& errors) {
  const Value& spec = object_at(definition, {"spec"});
  if (old == nullptr) {
    const std::string name = name_of(definition);
    if (name != text_at(spec, {"names", "plural"}) + "." + text_at(spec, {"group"})) {
      errors.invalid("metadata.name", Value(name), R"(must be spec.names.plural+"."+spec.group)");
    }
  }
  check_spec(spec, errors);
  if (old != nullptr) {
    const Value& before = object_at(*old, {"spec"});
    if (is_established(*old)) {
      check_immutable(spec, before, {"scope"}, "spec.scope", errors);
      check_immutable(spec, before, {"names", "kind"}, "spec.names.kind", errors);
    }
    check_immutable(spec, before, {"group"}, "spec.group", errors);
    check_immutable(spec, before, {"names", "plural"}, "spec.names.plural", errors);
  }
  check_names(object_at(definition, {"status", "acceptedNames"}), "status.acceptedNames", errors);
  check_stored_versions(definition, errors);
  check_approval(definition, old, errors);
}

}  // namespace cfkops::sandbox
