#include "api/exchange.hpp"

#include "api/accept.hpp"
#include "api/yaml_text.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kYaml = "application/yaml";

bool same_name(std::string_view first, std::string_view second) {
  return std::ranges::equal(first, second, [](unsigned char one, unsigned char other) {
    return std::tolower(one) == std::tolower(other);
  });
}

// net/http's form of a warning: code, agent and a quoted text.
std::string warning_value(std::string_view text) {
  std::string quoted = "299 - \"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      quoted += '\\';
    }
    quoted += letter == '\n' || letter == '\r' ? ' ' : letter;
  }
  return quoted + '"';
}

void add_common_headers(const Exchange& exchange, kube::Response& response) {
  if (exchange.now != WallTime()) {
    const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(exchange.now);
    response.headers.push_back(
        {"Date",
         fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)))});
  }
  for (const std::string& warning : exchange.warnings) {
    response.headers.push_back({"Warning", warning_value(warning)});
  }
  if (std::string id = exchange.header("Audit-ID"); !id.empty()) {
    response.headers.push_back({"Audit-Id", std::move(id)});
  }
}

// The form of a clause; none where nobody can serve it.
std::optional<Form> form_of(const AcceptClause& clause) {
  Form form;
  if (!clause.takes(kJson)) {
    if (!clause.takes(kYaml)) {
      return std::nullopt;
    }
    form.yaml = true;
  }
  std::string as;
  std::string group;
  std::string version;
  for (const auto& [name, value] : clause.parameters) {
    if (name == "as") {
      as = value;
    } else if (name == "g") {
      group = value;
    } else if (name == "v") {
      version = value;
    } else if (name != "stream" && name != "pretty" && name != "charset") {
      return std::nullopt;
    }
  }
  if (as.empty()) {
    return form;
  }
  if (group != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) {
    return std::nullopt;
  }
  form.beta = version == "v1beta1";
  if (as == "Table") {
    form.as = Form::As::Table;
    return form;
  }
  if (as == "PartialObjectMetadata" || as == "PartialObjectMetadataList") {
    form.as = Form::As::Partial;
    return form;
  }
  return std::nullopt;
}

Refusal not_acceptable(std::string message, bool by_route) {
  Refusal refusal;
  refusal.code = 406;
  refusal.reason = "NotAcceptable";
  refusal.message = std::move(message);
  if (by_route) {
    refusal.details = share(Value::object());
  }
  return refusal;
}

std::string json_text(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

kube::Response with_body(const Exchange& exchange,
                         int status,
                         std::string_view type,
                         std::string body) {
  kube::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", std::string(type)});
  add_common_headers(exchange, response);
  response.body = std::move(body);
  return response;
}

kube::Response encoded(const Exchange& exchange, int status, const Value& body, bool yaml) {
  return with_body(
      exchange, status, yaml ? kYaml : kJson, yaml ? yaml_text(body) : json_text(body) + "\n");
}

/// What `list_body` makes of whole objects, put together from their texts.
std::string list_text(const Kind& kind, const std::vector<Shared>& items, const Value& list_meta) {
  std::string text = R"({"apiVersion":)" + json_text(kind.resource().api_version());
  text += R"(,"items":[)";
  const auto append = kind.is_defined() ? append_json : append_item_json;
  for (const Shared& item : items) {
    if (text.back() != '[') {
      text += ',';
    }
    append(text, item);
  }
  text += R"(],"kind":)" + json_text(kind.names().list_kind);
  text += R"(,"metadata":)" + json_text(list_meta);
  return text + "}\n";
}

// Errors come in the encoding that was asked for, never in a form.
bool wants_yaml(const Exchange& exchange) {
  for (const AcceptClause& clause : read_accept(exchange.header("Accept"))) {
    if (clause.takes(kJson)) {
      return false;
    }
    if (clause.takes(kYaml)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string Exchange::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      request.headers, [name](const kube::Header& one) { return same_name(one.name, name); });
  return found == request.headers.end() ? std::string() : found->value;
}

bool accepts_any(const Exchange& exchange, const std::vector<std::string_view>& types) {
  const auto clauses = read_accept(exchange.header("Accept"));
  return std::ranges::any_of(clauses, [&types](const AcceptClause& clause) {
    return std::ranges::any_of(types,
                               [&clause](std::string_view type) { return clause.takes(type); });
  });
}

Answer<Form> negotiate(const Exchange& exchange) {
  const std::string kinds =
      "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  if (!accepts_any(exchange, {kJson, kYaml, "application/vnd.kubernetes.protobuf"})) {
    return refuse(
        not_acceptable("406: Not Acceptable\n\nAvailable representations: " + kinds, true));
  }
  std::optional<Form> form;
  for (const AcceptClause& clause : read_accept(exchange.header("Accept"))) {
    form = form_of(clause);
    if (form) {
      break;
    }
  }
  if (!form) {
    return refuse(not_acceptable("only the following media types are accepted: " + kinds, false));
  }
  const std::string include = exchange.query.get("includeObject");
  constexpr std::array<std::string_view, 4> kIncludes = {"", "None", "Metadata", "Object"};
  if (form->as == Form::As::Table && std::ranges::find(kIncludes, include) == kIncludes.end()) {
    return refuse(
        bad_request("Unable to convert to Table as requested: includeObject: Invalid value: " +
                    go_quoted(include) + ": must be 'Metadata', 'Object', 'None', or empty"));
  }
  return *form;
}

kube::Response respond(const Exchange& exchange, int status, const Value& body) {
  return encoded(exchange, status, body, wants_yaml(exchange));
}

kube::Response respond_text(const Exchange& exchange, int status, std::string text) {
  kube::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  add_common_headers(exchange, response);
  response.body = std::move(text);
  return response;
}

kube::Response respond_object(
    const Exchange& exchange, const Form& form, int status, const Shared& object, WallTime now) {
  if (!form.yaml && form.as == Form::As::Whole) {
    std::string text;
    append_json(text, object);
    return with_body(exchange, status, kJson, text + '\n');
  }
  const Value body = object_body(exchange, form, *exchange.route.kind, object, now, true);
  return encoded(exchange, status, body, form.yaml);
}

kube::Response respond_list(const Exchange& exchange,
                            const Form& form,
                            const std::vector<Shared>& items,
                            Value list_meta,
                            WallTime now) {
  const Kind& kind = *exchange.route.kind;
  const bool yaml = wants_yaml(exchange);
  if (yaml || form.as != Form::As::Whole) {
    const Value body = list_body(exchange, form, kind, items, std::move(list_meta), now);
    return encoded(exchange, 200, body, yaml);
  }
  if (kind.is_defined()) {
    set_default(list_meta, {"continue"}, "");  // lists without a Go type always have it
  }
  return with_body(exchange, 200, kJson, list_text(kind, items, list_meta));
}

kube::Response respond_refusal(const Exchange& exchange, const Refusal& refusal) {
  if (!refusal.plain.empty()) {
    kube::Response response = respond_text(exchange, refusal.code, refusal.plain);
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    return response;
  }
  kube::Response response = encoded(exchange, refusal.code, refusal.status(), wants_yaml(exchange));
  if (refusal.retry_after.value_or(0) != 0) {
    response.headers.push_back({"Retry-After", std::to_string(*refusal.retry_after)});
  }
  return response;
}

}  // namespace cfkops::sandbox
