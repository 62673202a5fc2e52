#include "kinds/container_rules.hpp"

#include "decode.hpp"
#include "kinds/checks.hpp"
#include "kinds/volume_rules.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::array<std::string_view, 8> kNotEphemeral = {"ports",
                                                           "resources",
                                                           "lifecycle",
                                                           "livenessProbe",
                                                           "readinessProbe",
                                                           "startupProbe",
                                                           "resizePolicy",
                                                           "restartPolicy"};

bool is_huge(std::string_view resource) {
  return resource.starts_with("hugepages-");
}

bool overcommits(std::string_view resource) {
  return resource.find('/') == std::string_view::npos && !is_huge(resource);
}

std::string quantity_text(const Value& quantity) {
  return quantity.is_string() ? quantity.get<std::string>() : quantity.dump();
}

void validate_resource_name(const std::string& name,
                            const std::string& field,
                            FieldErrors& errors) {
  const Faults faults = qualified_name_faults(name);
  report(faults, Value(name), field, errors);
  if (!faults.empty() || name.find('/') != std::string::npos) {
    return;
  }
  constexpr std::array<std::string_view, 3> kOfContainers = {"cpu", "memory", "ephemeral-storage"};
  constexpr std::array<std::string_view, 8> kStandard = {"pods",
                                                         "services",
                                                         "secrets",
                                                         "configmaps",
                                                         "storage",
                                                         "resourcequotas",
                                                         "replicationcontrollers",
                                                         "persistentvolumeclaims"};
  if (is_huge(name) || std::ranges::find(kOfContainers, name) != kOfContainers.end()) {
    return;
  }
  if (std::ranges::find(kStandard, name) == kStandard.end()) {
    errors.invalid(field, Value(name), "must be a standard resource type or fully qualified");
  }
  errors.invalid(field, Value(name), "must be a standard resource for containers");
}

void validate_amount(const std::string& name,
                     const Value& quantity,
                     const std::string& field,
                     FieldErrors& errors) {
  validate_resource_name(name, field, errors);
  const std::string text = quantity_text(quantity);
  const std::int64_t amount = quantity_milli(text);
  if (amount < 0) {
    errors.invalid(field, Value(text), "must be greater than or equal to 0");
  }
  if (name.find('/') != std::string::npos && amount % 1000 != 0) {
    errors.invalid(field, Value(text), "must be an integer");
  }
}

void validate_request(const std::string& name,
                      const Value& quantity,
                      const Value* limit,
                      const std::string& path,
                      FieldErrors& errors) {
  const std::string text = quantity_text(quantity);
  if (limit == nullptr) {
    if (!overcommits(name)) {
      errors.required(below(path, "limits"), "Limit must be set for non overcommitable resources");
    }
    return;
  }
  const std::string most = quantity_text(*limit);
  const std::int64_t wanted = quantity_milli(text);
  const std::int64_t allowed = quantity_milli(most);
  if (wanted != allowed && !overcommits(name)) {
    errors.invalid(below(path, "requests"),
                   Value(text),
                   fmt::format("must be equal to {} limit of {}", name, most));
  } else if (wanted > allowed) {
    errors.invalid(below(path, "requests"),
                   Value(text),
                   fmt::format("must be less than or equal to {} limit of {}", name, most));
  }
}

bool names_any(const Value& resources, const auto& holds) {
  for (const char* part : {"limits", "requests"}) {
    for (const auto& [name, quantity] : object_at(resources, {part}).items()) {
      if (holds(name)) {
        return true;
      }
    }
  }
  return false;
}

void validate_ports(const Value& ports, const std::string& path, FieldErrors& errors) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    const std::string here = element(path, i);
    const std::string name = text_at(port, {"name"});
    if (!name.empty()) {
      const Faults faults = port_name_faults(name);
      report(faults, Value(name), below(here, "name"), errors);
      if (faults.empty() && !names.insert(name).second) {
        errors.duplicate(below(here, "name"), Value(name));
      }
    }
    const std::int64_t number = number_at(port, {"containerPort"});
    if (number == 0) {
      errors.required(below(here, "containerPort"));
    } else {
      report(port_number_faults(number), Value(number), below(here, "containerPort"), errors);
    }
    const std::int64_t host = number_at(port, {"hostPort"});
    if (host != 0) {
      report(port_number_faults(host), Value(host), below(here, "hostPort"), errors);
    }
    validate_choice(port, "protocol", here, {"SCTP", "TCP", "UDP"}, errors);
  }
}

bool mounts(const Value& list, std::string_view member, const std::string& value) {
  return std::ranges::any_of(list,
                             [&](const Value& one) { return text_at(one, {member}) == value; });
}

void validate_propagation(const Value& mount,
                          const Value& container,
                          const std::string& path,
                          FieldErrors& errors) {
  const std::string mode = text_at(mount, {"mountPropagation"});
  const std::string field = below(path, "mountPropagation");
  if (mode.empty()) {
    return;
  }
  if (mode == "Bidirectional" && !flag_at(container, {"securityContext", "privileged"})) {
    errors.forbidden(field,
                     "Bidirectional mount propagation is available only to privileged containers");
  } else if (mode != "Bidirectional") {
    validate_choice(
        mount, "mountPropagation", path, {"Bidirectional", "HostToContainer", "None"}, errors);
  }
}

void validate_mounts(const Value& container,
                     const PodContext& context,
                     const std::string& path,
                     FieldErrors& errors) {
  const Value& all = list_at(container, {"volumeMounts"});
  const Value& devices = list_at(container, {"volumeDevices"});
  std::set<std::string> points;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Value& mount = all.at(i);
    const std::string here = element(path, i);
    const std::string name = text_at(mount, {"name"});
    const std::string point = text_at(mount, {"mountPath"});
    if (name.empty()) {
      errors.required(below(here, "name"));
    }
    if (!context.volumes.contains(name)) {
      errors.not_found(below(here, "name"), Value(name));
    }
    if (point.empty()) {
      errors.required(below(here, "mountPath"));
    }
    if (!points.insert(point).second) {
      errors.invalid(below(here, "mountPath"), Value(point), "must be unique");
    }
    if (mounts(devices, "name", name)) {
      errors.invalid(below(here, "name"), Value(name), "must not already exist in volumeDevices");
    }
    if (mounts(devices, "devicePath", point)) {
      errors.invalid(below(here, "mountPath"),
                     Value(point),
                     "must not already exist as a path in volumeDevices");
    }
    const std::string sub = text_at(mount, {"subPath"});
    validate_descending_path(sub, below(path, "subPath"), errors);
    const std::string expression = text_at(mount, {"subPathExpr"});
    if (!expression.empty() && !sub.empty()) {
      errors.invalid(below(here, "subPathExpr"),
                     Value(expression),
                     "subPathExpr and subPath are mutually exclusive");
    }
    validate_descending_path(expression, below(path, "subPathExpr"), errors);
    validate_propagation(mount, container, path, errors);
  }
}

void validate_devices(const Value& container,
                      const PodContext& context,
                      const std::string& path,
                      FieldErrors& errors) {
  const Value& devices = list_at(container, {"volumeDevices"});
  std::set<std::string> names;
  std::set<std::string> points;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const std::string here = element(path, i);
    const std::string name = text_at(devices.at(i), {"name"});
    const std::string point = text_at(devices.at(i), {"devicePath"});
    if (name.empty()) {
      errors.required(below(here, "name"));
    } else if (!names.insert(name).second) {
      errors.invalid(below(here, "name"), Value(name), "must be unique");
    }
    if (!context.volumes.contains(name)) {
      errors.not_found(below(here, "name"), Value(name));
    } else if (!context.blocks.contains(name)) {
      errors.invalid(below(here, "name"),
                     Value(name),
                     "can only use volume source type of PersistentVolumeClaim or Ephemeral for "
                     "block mode");
    }
    if (point.empty()) {
      errors.required(below(here, "devicePath"));
    } else if (("/" + point + "/").find("/../") != std::string::npos) {
      errors.invalid(below(here, "devicePath"), Value(point), "can not contain backsteps ('..')");
    } else if (!points.insert(point).second) {
      errors.invalid(below(here, "devicePath"), Value(point), "must be unique");
    }
  }
}

void validate_resize(const Value& policies,
                     const PodContext& context,
                     const std::string& path,
                     FieldErrors& errors) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const std::string name = text_at(policies.at(i), {"resourceName"});
    const std::string policy = text_at(policies.at(i), {"restartPolicy"});
    if (!names.insert(name).second) {
      errors.duplicate(element(path, i), Value(name));
    }
    if (name != "cpu" && name != "memory") {
      errors.not_supported(path, Value(name), {"cpu", "memory"});
    }
    if (policy != "NotRequired" && policy != "RestartContainer") {
      errors.not_supported(path, Value(policy), {"NotRequired", "RestartContainer"});
    }
    if (context.restart_policy == "Never" && policy != "NotRequired") {
      errors.invalid(path, Value(policy), "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  }
}

void validate_common(const Value& container,
                     const PodContext& context,
                     const std::string& path,
                     FieldErrors& errors) {
  const std::string name = text_at(container, {"name"});
  if (name.empty()) {
    errors.required(below(path, "name"));
  } else {
    validate_dns_label(name, below(path, "name"), errors);
  }
  if (text_at(container, {"image"}).empty()) {
    errors.required(below(path, "image"));
  }
  validate_choice(
      container, "terminationMessagePolicy", path, {"File", "FallbackToLogsOnError"}, errors);
  validate_ports(list_at(container, {"ports"}), below(path, "ports"), errors);
  validate_environment(container, path, errors);
  validate_mounts(container, context, below(path, "volumeMounts"), errors);
  validate_devices(container, context, below(path, "volumeDevices"), errors);
  validate_choice(container, "imagePullPolicy", path, {"Always", "IfNotPresent", "Never"}, errors);
  validate_resources(
      object_at(container, {"resources"}), context.claims, below(path, "resources"), errors);
  validate_resize(
      list_at(container, {"resizePolicy"}), context, below(path, "resizePolicy"), errors);
  validate_container_security(container, context.host_users, path, errors);
}

void note_host_ports(const Value& container,
                     const std::string& path,
                     std::set<std::string>& taken,
                     FieldErrors& errors) {
  const Value& ports = list_at(container, {"ports"});
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::int64_t number = number_at(ports.at(i), {"hostPort"});
    if (number == 0) {
      continue;
    }
    const std::string text = fmt::format(
        "{}/{}/{}", text_at(ports.at(i), {"protocol"}), text_at(ports.at(i), {"hostIP"}), number);
    if (!taken.insert(text).second) {
      errors.duplicate(below(element(below(path, "ports"), i), "hostPort"), Value(text));
    }
  }
}

void validate_init(const Value& containers,
                   const PodContext& context,
                   std::set<std::string>& names,
                   const std::string& path,
                   FieldErrors& errors) {
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& container = containers.at(i);
    const std::string here = element(path, i);
    const std::string policy = text_at(container, {"restartPolicy"});
    validate_common(container, context, here, errors);
    if (!policy.empty() && policy != "Always") {
      errors.not_supported(below(here, "restartPolicy"), Value(policy), {"Always"});
    }
    const std::string name = text_at(container, {"name"});
    if (names.contains(name)) {
      errors.duplicate(below(here, "name"), Value(name));
    } else if (!name.empty()) {
      names.insert(name);
    }
    std::set<std::string> ports;
    note_host_ports(container, element(path, 0), ports, errors);
    if (policy == "Always") {
      validate_probes(container, context.grace, here, errors);
      continue;
    }
    for (const char* member : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
      if (find(container, {member}) != nullptr) {
        errors.forbidden(below(here, member),
                         "may not be set for init containers without restartPolicy=Always");
      }
    }
  }
}

void refuse_sub_paths(const Value& mounts, const std::string& path, FieldErrors& errors) {
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    for (const char* member : {"subPath", "subPathExpr"}) {
      if (!text_at(mounts.at(i), {member}).empty()) {
        errors.forbidden(below(element(path, i), member),
                         "cannot be set for an Ephemeral Container");
      }
    }
  }
}

void validate_ephemeral(const Value& containers,
                        const PodContext& context,
                        std::set<std::string>& names,
                        const std::string& path,
                        FieldErrors& errors) {
  const std::set<std::string> others = names;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& container = containers.at(i);
    const std::string here = element(path, i);
    validate_common(container, context, here, errors);
    const std::string name = text_at(container, {"name"});
    if (!names.insert(name).second) {
      errors.duplicate(below(here, "name"), Value(name));
    }
    const std::string target = text_at(container, {"targetContainerName"});
    if (!target.empty() && !others.contains(target)) {
      errors.not_found(below(here, "targetContainerName"), Value(target));
    }
    for (const std::string_view member : kNotEphemeral) {
      const Value* there = find(container, {member});
      if (there != nullptr && !there->empty()) {
        errors.forbidden(below(here, member), "cannot be set for an Ephemeral Container");
      }
    }
    refuse_sub_paths(list_at(container, {"volumeMounts"}), below(here, "volumeMounts"), errors);
  }
}

}  // namespace

void validate_resources(const Value& resources,
                        const std::set<std::string>& claims,
                        const std::string& path,
                        FieldErrors& errors) {
  const Value& limits = object_at(resources, {"limits"});
  for (const auto& [name, quantity] : limits.items()) {
    validate_amount(name, quantity, fmt::format("{}.limits[{}]", path, name), errors);
  }
  for (const auto& [name, quantity] : object_at(resources, {"requests"}).items()) {
    validate_amount(name, quantity, fmt::format("{}.requests[{}]", path, name), errors);
    validate_request(name, quantity, find(limits, {name}), path, errors);
  }
  const auto counts = [](const std::string& name) { return name == "cpu" || name == "memory"; };
  if (names_any(resources, is_huge) && !names_any(resources, counts)) {
    errors.forbidden(path, "HugePages require cpu or memory");
  }
  const Value& wanted = list_at(resources, {"claims"});
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string name = text_at(wanted.at(i), {"name"});
    if (name.empty()) {
      errors.required(element(below(path, "claims"), i));
    } else if (!claims.contains(name)) {
      errors.add({FieldError::Type::NotFound,
                  element(below(path, "claims"), i),
                  claims.empty()
                      ? "must be one of the names in pod.spec.resourceClaims which is empty"
                      : fmt::format("must be one of the names in pod.spec.resourceClaims: {}",
                                    fmt::join(claims, ", ")),
                  go_quoted(name)});
    }
  }
}

void validate_containers(const Value& spec,
                         const PodContext& context,
                         const std::string& path,
                         FieldErrors& errors) {
  const std::string main = below(path, "containers");
  const Value& containers = list_at(spec, {"containers"});
  if (containers.empty()) {
    errors.required(main);
  }
  std::set<std::string> names;
  std::set<std::string> ports;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& container = containers.at(i);
    const std::string here = element(main, i);
    validate_common(container, context, here, errors);
    const std::string name = text_at(container, {"name"});
    if (!names.insert(name).second) {
      errors.duplicate(below(here, "name"), Value(name));
    }
    validate_probes(container, context.grace, here, errors);
    if (find(container, {"restartPolicy"}) != nullptr) {
      errors.forbidden(below(here, "restartPolicy"), "may not be set for non-init containers");
    }
    note_host_ports(container, here, ports, errors);
  }
  validate_init(
      list_at(spec, {"initContainers"}), context, names, below(path, "initContainers"), errors);
  validate_ephemeral(list_at(spec, {"ephemeralContainers"}),
                     context,
                     names,
                     below(path, "ephemeralContainers"),
                     errors);
}

}  // namespace cfkops::sandbox
