#include "api/write_options.hpp"

#include "api/list_options.hpp"
#include "object_meta.hpp"
#include "registry_steps.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kMetaGroup = "meta.k8s.io";

std::string_view options_kind(WriteVerb verb) {
  switch (verb) {
    case WriteVerb::Create:
      return "CreateOptions";
    case WriteVerb::Update:
      return "UpdateOptions";
    case WriteVerb::Patch:
    case WriteVerb::Apply:
      break;
  }
  return "PatchOptions";
}

FieldValidation read_validation(const std::string& text, FieldErrors& errors) {
  if (text == "Ignore") {
    return FieldValidation::Ignore;
  }
  if (text == "Strict") {
    return FieldValidation::Strict;
  }
  if (!text.empty() && text != "Warn") {
    errors.not_supported("fieldValidation", text, {"", "Ignore", "Strict", "Warn"});
  }
  return FieldValidation::Warn;
}

// Where etcd has a kind's objects, if that is not below its plural.
std::string_view storage_prefix(std::string_view group, std::string_view plural) {
  constexpr std::array<std::array<std::string_view, 3>, 5> kMoved = {
      {{"", "services", "services/specs"},
       {"", "endpoints", "services/endpoints"},
       {"", "nodes", "minions"},
       {"", "replicationcontrollers", "controllers"},
       {"networking.k8s.io", "ingresses", "ingress"}}};
  const auto* const found = std::ranges::find_if(
      kMoved, [&](const auto& one) { return one[0] == group && one[1] == plural; });
  return found == kMoved.end() ? plural : (*found)[2];
}

bool prefix_has_group(const Kind& kind) {
  const std::string& group = kind.resource().group;
  return kind.is_defined() || group == "apiextensions.k8s.io" || group == "apiregistration.k8s.io";
}

std::string storage_key(const Route& route) {
  const kube::Resource& resource = route.kind->resource();
  std::string key = "/registry/";
  if (prefix_has_group(*route.kind)) {
    key += resource.group + "/";
  }
  key += storage_prefix(resource.group, resource.plural);
  if (resource.namespaced) {
    key += "/" + route.ns;
  }
  return key + "/" + route.name;
}

}  // namespace

Answer<WriteQuery> read_write_options(const Exchange& exchange, WriteVerb verb) {
  const Query& query = exchange.query;
  WriteQuery read;
  read.manager = query.get("fieldManager");
  FieldErrors errors;
  if (verb == WriteVerb::Apply) {
    read.force = query_flag(query, "force");
    if (read.manager.empty()) {
      errors.required("fieldManager", "is required for apply patch");
    }
  } else if (verb == WriteVerb::Patch && query.has("force")) {
    errors.forbidden("force", "may not be specified for non-apply patch");
  }
  validate_field_manager(read.manager, "fieldManager", errors);
  const Value modes = query_list(query, "dryRun");
  validate_dry_run(modes, errors);
  read.dry_run = !modes.empty();
  read.validation = read_validation(query.get("fieldValidation"), errors);
  if (!errors.empty()) {
    return refuse(invalid(kMetaGroup, options_kind(verb), "", errors));
  }
  return read;
}

WriteOptions write_options(Exchange& exchange, const WriteQuery& query) {
  WriteOptions options;
  options.caller = exchange.caller;
  options.manager = query.manager;
  options.subresource = exchange.route.subresource;
  options.dry_run = query.dry_run;
  options.warnings = &exchange.warnings;
  return options;
}

void validate_dry_run(const Value& modes, FieldErrors& errors) {
  if (std::ranges::any_of(modes, [](const Value& mode) { return mode != "All"; })) {
    errors.not_supported("dryRun", modes, {"All"});
  }
}

Value query_list(const Query& query, std::string_view name) {
  Value list = Value::array();
  for (std::string& value : query.all(name)) {
    list.push_back(std::move(value));
  }
  return list;
}

Answer<Value> read_object(Exchange& exchange, const Target& target, FieldValidation validation) {
  StrictErrors strict;
  Answer<Value> object =
      decode_request(target, exchange.request.body, exchange.header("Content-Type"), strict);
  if (!object) {
    return object;
  }
  const std::string_view version =
      std::string_view(target.api_version).substr(target.api_version.find('/') + 1);
  if (auto judged = judge_strict(strict, validation, exchange.warnings, target.kind, version);
      !judged) {
    return refuse(std::move(judged.error()));
  }
  return object;
}

Answer<void> check_identity(const Route& route, Value& object) {
  if (auto ensured = ensure_namespace(*route.kind, route.ns, object); !ensured) {
    return ensured;
  }
  const std::string name = name_of(object);
  if (name.empty()) {
    return refuse(bad_request(fmt::format(
        "the name of the object ({} based on URL) was undeterminable: name must be provided",
        route.name)));
  }
  if (name != route.name) {
    return refuse(bad_request(fmt::format(
        "the name of the object ({}) does not match the name on the URL ({})", name, route.name)));
  }
  return {};
}

Refusal other_uid(const Route& route, std::string_view asked, std::string_view found) {
  const kube::Resource& resource = route.kind->resource();
  return conflict(resource.group,
                  resource.plural,
                  route.name,
                  fmt::format("StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, "
                              "AdditionalErrorMsg: Precondition failed: UID in precondition: {}, "
                              "UID in object meta: {}",
                              storage_key(route),
                              asked,
                              found));
}

}  // namespace cfkops::sandbox
