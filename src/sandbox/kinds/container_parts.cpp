#include "kinds/checks.hpp"
#include "kinds/container_rules.hpp"
#include "kinds/volume_rules.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

namespace cfkops::sandbox {

namespace {

const std::vector<std::string> kEnvironmentFields = {"metadata.name",
                                                     "metadata.namespace",
                                                     "metadata.uid",
                                                     "spec.nodeName",
                                                     "spec.serviceAccountName",
                                                     "status.hostIP",
                                                     "status.hostIPs",
                                                     "status.podIP",
                                                     "status.podIPs"};
const std::vector<std::string> kVolumeFields = {"metadata.annotations",
                                                "metadata.labels",
                                                "metadata.name",
                                                "metadata.namespace",
                                                "metadata.uid"};
const std::vector<std::string> kResourceFields = {"limits.cpu",
                                                  "limits.ephemeral-storage",
                                                  "limits.memory",
                                                  "requests.cpu",
                                                  "requests.ephemeral-storage",
                                                  "requests.memory"};

bool among(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

/// Known to pods, if not to this place.
bool is_pod_field(const std::string& field) {
  return among(kEnvironmentFields, field) || among(kVolumeFields, field) ||
         field == "spec.restartPolicy" || field == "spec.schedulerName" || field == "status.phase";
}

void validate_http(const Value& action, const std::string& path, FieldErrors& errors) {
  if (text_at(action, {"path"}).empty()) {
    errors.required(below(path, "path"));
  }
  validate_port(find(action, {"port"}), below(path, "port"), errors);
  const std::string scheme = text_at(action, {"scheme"});
  if (scheme != "HTTP" && scheme != "HTTPS") {
    errors.not_supported(below(path, "scheme"), Value(scheme), {"HTTP", "HTTPS"});
  }
  for (const Value& header : list_at(action, {"httpHeaders"})) {
    const std::string name = text_at(header, {"name"});
    report(header_faults(name), Value(name), below(path, "httpHeaders"), errors);
  }
}

void validate_sleep(const Value& action,
                    std::int64_t grace,
                    const std::string& path,
                    FieldErrors& errors) {
  const std::int64_t seconds = number_at(action, {"seconds"});
  if (seconds < 0 || seconds > grace) {
    errors.invalid(
        path,
        Value(seconds),
        fmt::format("must be non-negative and less than terminationGracePeriodSeconds ({})",
                    grace));
  }
}

void validate_handler(const Value& handler,
                      std::int64_t grace,
                      const std::string& path,
                      FieldErrors& errors) {
  int count = 0;
  for (const char* name : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
    const Value* action = find(handler, {name});
    if (action == nullptr) {
      continue;
    }
    const std::string_view kind = name;
    const std::string here = below(path, kind);
    if (count++ > 0) {
      errors.forbidden(here, "may not specify more than 1 handler type");
    } else if (kind == "exec") {
      if (list_at(*action, {"command"}).empty()) {
        errors.required(below(here, "command"));
      }
    } else if (kind == "httpGet") {
      validate_http(*action, here, errors);
    } else if (kind == "sleep") {
      validate_sleep(*action, grace, here, errors);
    } else {
      validate_port(find(*action, {"port"}), below(here, "port"), errors);
    }
  }
  if (count == 0) {
    errors.required(path, "must specify a handler type");
  }
}

void validate_probe(const Value& probe,
                    std::int64_t grace,
                    const std::string& path,
                    FieldErrors& errors) {
  validate_handler(probe, grace, path, errors);
  for (const char* name : {"initialDelaySeconds",
                           "timeoutSeconds",
                           "periodSeconds",
                           "successThreshold",
                           "failureThreshold"}) {
    check_nonnegative(probe, name, path, errors);
  }
  const Value* own = find(probe, {"terminationGracePeriodSeconds"});
  if (own != nullptr && number_at(probe, {"terminationGracePeriodSeconds"}) <= 0) {
    errors.invalid(below(path, "terminationGracePeriodSeconds"), *own, "must be greater than 0");
  }
}

void validate_key_reference(const Value& reference, const std::string& path, FieldErrors& errors) {
  validate_dns_subdomain(text_at(reference, {"name"}), below(path, "name"), errors);
  const std::string key = text_at(reference, {"key"});
  if (key.empty()) {
    errors.required(below(path, "key"));
  } else {
    report(config_key_faults(key), Value(key), below(path, "key"), errors);
  }
}

void validate_value_from(const Value& variable, const std::string& path, FieldErrors& errors) {
  const Value* from = find(variable, {"valueFrom"});
  if (from == nullptr) {
    return;
  }
  int count = 0;
  if (const Value* field = find(*from, {"fieldRef"})) {
    ++count;
    validate_field_reference(*field, Downward::Environment, below(path, "fieldRef"), errors);
  }
  if (const Value* resource = find(*from, {"resourceFieldRef"})) {
    ++count;
    validate_resource_reference(
        *resource, Downward::Environment, below(path, "resourceFieldRef"), errors);
  }
  for (const char* name : {"configMapKeyRef", "secretKeyRef"}) {
    if (const Value* reference = find(*from, {name})) {
      ++count;
      validate_key_reference(*reference, below(path, name), errors);
    }
  }
  if (count == 0) {
    errors.invalid(path,
                   Value(""),
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
                   "`secretKeyRef`");
  } else if (!text_at(variable, {"value"}).empty()) {
    errors.invalid(path, Value(""), "may not be specified when `value` is not empty");
  } else if (count > 1) {
    errors.invalid(path, Value(""), "may not have more than one field specified at a time");
  }
}

void validate_environment_sources(const Value& sources,
                                  const std::string& path,
                                  FieldErrors& errors) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string here = element(path, i);
    const std::string prefix = text_at(sources.at(i), {"prefix"});
    if (!prefix.empty()) {
      report(variable_faults(prefix), Value(prefix), below(here, "prefix"), errors);
    }
    int count = 0;
    for (const char* name : {"configMapRef", "secretRef"}) {
      const Value* reference = find(sources.at(i), {name});
      if (reference == nullptr) {
        continue;
      }
      ++count;
      const std::string field = below(below(here, name), "name");
      const std::string named = text_at(*reference, {"name"});
      if (named.empty()) {
        errors.required(field);
      } else {
        validate_dns_subdomain(named, field, errors);
      }
    }
    if (count == 0) {
      errors.invalid(path, Value(""), "must specify one of: `configMapRef` or `secretRef`");
    } else if (count > 1) {
      errors.invalid(path, Value(""), "may not have more than one field specified at a time");
    }
  }
}

}  // namespace

void validate_field_reference(const Value& reference,
                              Downward where,
                              const std::string& path,
                              FieldErrors& errors) {
  const std::string version = text_at(reference, {"apiVersion"});
  const std::string field = text_at(reference, {"fieldPath"});
  const std::string at = below(path, "fieldPath");
  if (version.empty()) {
    errors.required(below(path, "apiVersion"));
    return;
  }
  if (field.empty()) {
    errors.required(at);
    return;
  }
  const auto unconvertible = [&](const std::string& why) {
    errors.invalid(at, Value(field), "error converting fieldPath: " + why);
  };
  const std::size_t bracket = field.find("['");
  if (version != "v1") {
    unconvertible("unsupported pod version: " + version);
  } else if (bracket != std::string::npos && field.ends_with("']")) {
    const std::string whole = field.substr(0, bracket);
    const std::string key = field.substr(bracket + 2, field.size() - bracket - 4);
    if (whole == "metadata.annotations" || whole == "metadata.labels") {
      validate_qualified_name(key, path, errors);
    } else {
      unconvertible("field label does not support subscript: " + field);
    }
  } else if (!is_pod_field(field)) {
    unconvertible("field label not supported: " + field);
  } else {
    const auto& allowed = where == Downward::Volume ? kVolumeFields : kEnvironmentFields;
    if (!among(allowed, field)) {
      errors.not_supported(at, Value(field), allowed);
    }
  }
}

void validate_resource_reference(const Value& reference,
                                 Downward where,
                                 const std::string& path,
                                 FieldErrors& errors) {
  const std::string resource = text_at(reference, {"resource"});
  if (where == Downward::Volume && text_at(reference, {"containerName"}).empty()) {
    errors.required(below(path, "containerName"));
  } else if (resource.empty()) {
    errors.required(below(path, "resource"));
  } else if (!among(kResourceFields, resource) && !resource.starts_with("requests.hugepages-") &&
             !resource.starts_with("limits.hugepages-")) {
    errors.not_supported(below(path, "resource"), Value(resource), kResourceFields);
  }
}

void validate_probes(const Value& container,
                     std::int64_t grace,
                     const std::string& path,
                     FieldErrors& errors) {
  for (const char* name : {"postStart", "preStop"}) {
    if (const Value* hook = find(container, {"lifecycle", name})) {
      validate_handler(*hook, grace, below(below(path, "lifecycle"), name), errors);
    }
  }
  for (const char* name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    const Value* probe = find(container, {name});
    if (probe == nullptr) {
      continue;
    }
    const std::string here = below(path, name);
    validate_probe(*probe, grace, here, errors);
    const bool readiness = std::string_view(name) == "readinessProbe";
    const Value* own = find(*probe, {"terminationGracePeriodSeconds"});
    const std::int64_t successes = number_at(*probe, {"successThreshold"});
    if (readiness && own != nullptr) {
      errors.invalid(below(here, "terminationGracePeriodSeconds"),
                     *own,
                     "must not be set for readinessProbes");
    } else if (!readiness && successes != 1) {
      errors.invalid(below(here, "successThreshold"), Value(successes), "must be 1");
    }
  }
}

void validate_environment(const Value& container, const std::string& path, FieldErrors& errors) {
  const Value& variables = list_at(container, {"env"});
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const std::string here = element(below(path, "env"), i);
    const std::string name = text_at(variables.at(i), {"name"});
    if (name.empty()) {
      errors.required(below(here, "name"));
    } else {
      report(variable_faults(name), Value(name), below(here, "name"), errors);
    }
    validate_value_from(variables.at(i), below(here, "valueFrom"), errors);
  }
  validate_environment_sources(list_at(container, {"envFrom"}), below(path, "envFrom"), errors);
}

void validate_identity(const Value& context,
                       std::string_view name,
                       const std::string& path,
                       FieldErrors& errors) {
  const std::int64_t number = number_at(context, {name});
  if (number < 0 || number > std::numeric_limits<std::int32_t>::max()) {
    errors.invalid(
        below(path, name), Value(number), between(0, std::numeric_limits<std::int32_t>::max()));
  }
}

void validate_profiles(const Value& context, const std::string& path, FieldErrors& errors) {
  if (const Value* profile = find(context, {"seccompProfile"})) {
    const std::string here = below(path, "seccompProfile");
    const std::string type = text_at(*profile, {"type"});
    const bool local = find(*profile, {"localhostProfile"}) != nullptr;
    validate_choice(*profile, "type", here, {"Localhost", "RuntimeDefault", "Unconfined"}, errors);
    if (type == "Localhost" && !local) {
      errors.required(below(here, "localhostProfile"),
                      "must be set when seccomp type is Localhost");
    } else if (type == "Localhost") {
      validate_descending_path(
          text_at(*profile, {"localhostProfile"}), below(here, "localhostProfile"), errors);
    }
  }
  if (const Value* profile = find(context, {"appArmorProfile"})) {
    const std::string here = below(path, "appArmorProfile");
    const std::string type = text_at(*profile, {"type"});
    if (type.empty()) {
      errors.required(below(here, "type"), "type is required when appArmorProfile is set");
    } else {
      validate_choice(
          *profile, "type", here, {"Localhost", "RuntimeDefault", "Unconfined"}, errors);
    }
    if (type == "Localhost" && text_at(*profile, {"localhostProfile"}).empty()) {
      errors.required(below(here, "localhostProfile"),
                      "must be set when AppArmor type is Localhost");
    }
  }
}

void validate_container_security(const Value& container,
                                 bool host_users,
                                 const std::string& path,
                                 FieldErrors& errors) {
  const Value* context = find(container, {"securityContext"});
  if (context == nullptr) {
    return;
  }
  const std::string here = below(path, "securityContext");
  validate_identity(*context, "runAsUser", here, errors);
  validate_identity(*context, "runAsGroup", here, errors);
  const std::string mount = text_at(*context, {"procMount"});
  if (!mount.empty()) {
    validate_choice(*context, "procMount", here, {"Default", "Unmasked"}, errors);
    if (mount == "Unmasked" && host_users) {
      errors.invalid(
          below(here, "procMount"), Value(mount), "`hostUsers` must be false to use `Unmasked`");
    }
  }
  validate_profiles(*context, here, errors);
}

}  // namespace cfkops::sandbox
