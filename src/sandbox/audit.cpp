#include "cfkops/sandbox/audit.hpp"

#include "value.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

void add(Value& object, const char* key, const std::string& value) {
  if (!value.empty()) {
    object[key] = value;
  }
}

Value reference(const AuditEvent& event) {
  Value made = Value::object();
  add(made, "resource", event.resource);
  add(made, "namespace", event.ns);
  add(made, "name", event.name);
  add(made, "apiGroup", event.group);
  add(made, "apiVersion", event.version);
  add(made, "subresource", event.subresource);
  return made;
}

}  // namespace

std::string to_line(const AuditEvent& event) {
  Value user = Value::object();
  add(user, "username", event.user);
  if (!event.groups.empty()) {
    user["groups"] = event.groups;
  }
  Value made = {{"kind", "Event"},
                {"apiVersion", "audit.k8s.io/v1"},
                {"level", "Metadata"},
                {"auditID", event.id},
                {"stage", "ResponseComplete"},
                {"requestURI", event.uri},
                {"verb", event.verb},
                {"user", std::move(user)},
                {"sourceIPs", Value::array({"127.0.0.1"})}};
  add(made, "userAgent", event.agent);
  if (event.is_resource) {
    made["objectRef"] = reference(event);
  }
  made["responseStatus"] = {{"metadata", Value::object()}, {"code", event.code}};
  made["requestReceivedTimestamp"] = base::format_rfc3339(event.received);
  made["stageTimestamp"] = base::format_rfc3339(event.answered);
  return made.dump(-1, ' ', false, Value::error_handler_t::replace);
}

}  // namespace cfkops::sandbox
