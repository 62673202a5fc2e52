#include "cfkops/engine/saved_plan.hpp"

#include "actor.hpp"
#include "secret_text.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/version.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::engine {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::string_view kType = "cfkops/plan";
constexpr int kSaltBytes = 16;

json to_json(const Pin& pin) {
  json fields = json::object();
  for (const auto& [path, field] : pin.fields) {
    fields[path] = {{"hash", field.hash}};
    if (field.value) {
      fields[path]["value"] = field.value->raw();
    }
  }
  return {{"group", pin.resource.group},
          {"version", pin.resource.version},
          {"resource", pin.resource.plural},
          {"namespaced", pin.resource.namespaced},
          {"kind", pin.kind},
          {"namespace", pin.ns},
          {"name", pin.name},
          {"uid", pin.uid},
          {"resourceVersion", pin.resource_version},
          {"compared", pin.compared},
          {"fields", std::move(fields)}};
}

/// All but the hash.
json content(const SavedPlan& plan) {
  json pins = json::array();
  for (const Pin& pin : plan.pins) {
    pins.push_back(to_json(pin));
  }
  return {
      {"schemaVersion", kVersion},
      {"type", kType},
      {"tool", plan.tool},
      {"created", base::format_rfc3339(plan.created)},
      {"expires", plan.expires ? json(base::format_rfc3339(*plan.expires)) : json()},
      {"runbook",
       {{"name", plan.runbook},
        {"file", plan.runbook_file},
        {"sha256", plan.runbook_sha256},
        {"text", plan.runbook_text},
        {"includes", runbook::to_json(plan.includes).raw()}}},
      {"params", plan.params},
      {"secretParams", plan.secret_params},
      {"cluster", {{"server", plan.server}, {"uid", plan.cluster_uid}, {"context", plan.context}}},
      {"namespace", plan.ns},
      {"requester", {{"user", plan.requester}, {"osUser", plan.os_user}, {"host", plan.host}}},
      {"auditKey", plan.audit_key},
      {"salt", plan.salt},
      {"plan", plan.plan.raw()},
      {"pins", std::move(pins)}};
}

std::string hash_of(const json& content) {
  return base::sha256_hex(Json(content).dump());
}

Error not_as_written(const std::string& why) {
  return make_error(ErrorCode::Refused,
                    "this is not a plan as cfkops saved it: " + why,
                    "make a new one with: cfkops plan RUNBOOK --out FILE");
}

/// Reads members, and keeps the first mistake.
class Fields {
 public:
  explicit Fields(const Json& document)
      : document_(document) {}

  std::string text(std::string_view path) { return take(document_.string_at(path)); }

  bool flag(std::string_view path) { return take(document_.bool_at(path)); }

  WallTime time(std::string_view path) { return take(base::parse_rfc3339(text(path))); }

  [[nodiscard]] Status status() const { return mistake_ ? Status(Error(*mistake_)) : Status(); }

 private:
  template <class T>
  T take(Result<T> result) {
    if (result) {
      return *std::move(result);
    }
    if (!mistake_) {
      mistake_ = make_error(ErrorCode::InvalidInput,
                            "this saved plan cannot be used: " + result.error().text(),
                            "make a new one with: cfkops plan RUNBOOK --out FILE");
    }
    return T();
  }

  const Json& document_;
  std::optional<Error> mistake_;
};

Result<Pin> read_pin(const Json& document) {
  Fields fields(document);
  Pin pin;
  pin.kind = fields.text("/kind");
  pin.resource = {.group = fields.text("/group"),
                  .version = fields.text("/version"),
                  .plural = fields.text("/resource"),
                  .kind = pin.kind,
                  .namespaced = fields.flag("/namespaced")};
  pin.ns = fields.text("/namespace");
  pin.name = fields.text("/name");
  pin.uid = fields.text("/uid");
  pin.resource_version = fields.text("/resourceVersion");
  pin.compared = fields.flag("/compared");
  CFKOPS_TRY(fields.status());
  for (const auto& [path, field] : document.members("/fields")) {
    PinnedField pinned{.hash = field.string_or("/hash", ""), .value = {}};
    if (field.has("/value")) {
      pinned.value = field.get("/value");
    }
    pin.fields.emplace(path, std::move(pinned));
  }
  return pin;
}

/// The document, once it is known to be as it was written.
Result<json> genuine(std::string_view text) {
  auto parsed = Json::parse_raw(text);
  if (!parsed || !parsed->is_object()) {
    return not_as_written("it is no JSON object");
  }
  json document = *std::move(parsed);
  const auto hash = document.find("sha256");
  if (hash == document.end() || !hash->is_string() ||
      document.value("type", json()) != json(kType)) {
    return not_as_written("it has no hash, or is something else");
  }
  // One content has one form: nothing can be changed that the hash would not show.
  if (std::string(text) != Json(document).dump() + "\n") {
    return not_as_written("it was written anew by another program");
  }
  const std::string told = hash->get<std::string>();
  document.erase("sha256");
  if (hash_of(document) != told) {
    return not_as_written("its content and its hash differ, so that it was changed");
  }
  document["sha256"] = told;
  return document;
}

std::map<std::string, std::string> texts(const Json& document, std::string_view path) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : document.members(path)) {
    texts.emplace(key, value.string_or("", ""));
  }
  return texts;
}

/// Who we are to the server, or "".
Result<std::string> user_of(kube::Reader& reader) {
  const auto identity = reader.who_am_i();
  if (!identity && identity.error().code == ErrorCode::Cancelled) {
    return identity.error();
  }
  return identity ? identity->user : std::string();
}

}  // namespace

Result<std::string> cluster_uid(kube::Reader& reader) {
  const auto system = reader.get(kube::resources::namespaces(), "", "kube-system");
  if (!system && system.error().code == ErrorCode::Cancelled) {
    return system.error();
  }
  return system ? system->uid() : std::string();
}

Result<SavedPlan> save(const RunRequest& request,
                       const Plan& plan,
                       const PinRecorder& reads,
                       kube::Reader& reader,
                       const SaveOptions& options) {
  const runbook::Runbook& runbook = *request.runbook;
  SavedPlan saved;
  saved.salt = base::random_hex(kSaltBytes);
  saved.plan = plan.to_json();
  saved.pins = reads.pins(saved.salt, saved.plan);
  saved.tool = base::version();
  saved.created = reader.loop().clock().wall();
  if (options.valid_for) {
    saved.expires = saved.created + *options.valid_for;
  }
  saved.runbook = runbook.name;
  saved.runbook_file = runbook.file;
  saved.runbook_text = runbook.source;
  saved.runbook_sha256 = runbook.sha256;
  saved.includes = runbook::copies_of(runbook);
  for (const auto& [name, text] : request.params) {
    const runbook::Param* param = runbook.param(name);
    if (param == nullptr || mentions_secret(param->type)) {
      saved.secret_params.push_back(name);
    } else {
      saved.params.emplace(name, text);
    }
  }
  saved.server = plan.server;
  saved.context = plan.context;
  saved.ns = plan.ns;
  saved.os_user = os_user();
  saved.host = host_name();
  saved.audit_key = options.audit_key;
  CFKOPS_ASSIGN(saved.requester, user_of(reader));
  CFKOPS_ASSIGN(saved.cluster_uid, cluster_uid(reader));
  saved.sha256 = hash_of(content(saved));
  return saved;
}

std::string to_text(const SavedPlan& plan) {
  json document = content(plan);
  document["sha256"] = plan.sha256;
  return Json(std::move(document)).dump() + "\n";
}

Result<SavedPlan> read_saved_plan(std::string_view text) {
  CFKOPS_ASSIGN(json raw, genuine(text));
  const Json document(std::move(raw));
  if (document.int_or("/schemaVersion", 0) != kVersion) {
    return make_error(ErrorCode::InvalidInput,
                      "this plan was saved by another version of cfkops",
                      "make a new one with: cfkops plan RUNBOOK --out FILE");
  }
  Fields fields(document);
  SavedPlan plan;
  plan.sha256 = fields.text("/sha256");
  plan.tool = fields.text("/tool");
  plan.created = fields.time("/created");
  if (document.has("/expires")) {
    plan.expires = fields.time("/expires");
  }
  plan.runbook = fields.text("/runbook/name");
  plan.runbook_file = fields.text("/runbook/file");
  plan.runbook_text = fields.text("/runbook/text");
  plan.runbook_sha256 = fields.text("/runbook/sha256");
  plan.params = texts(document, "/params");
  for (const Json& name : document.items("/secretParams")) {
    plan.secret_params.push_back(name.string_or("", ""));
  }
  plan.server = fields.text("/cluster/server");
  plan.cluster_uid = fields.text("/cluster/uid");
  plan.context = fields.text("/cluster/context");
  plan.ns = fields.text("/namespace");
  plan.requester = fields.text("/requester/user");
  plan.os_user = fields.text("/requester/osUser");
  plan.host = fields.text("/requester/host");
  plan.audit_key = fields.text("/auditKey");
  plan.salt = fields.text("/salt");
  plan.plan = document.get("/plan");
  CFKOPS_TRY(fields.status());
  CFKOPS_ASSIGN(plan.includes, runbook::copies_from(document.get("/runbook/includes")));
  // That of a runbook with others in it is known once it is put together.
  if (plan.includes.empty() && base::sha256_hex(plan.runbook_text) != plan.runbook_sha256) {
    return not_as_written("the runbook in it is not the one it names");
  }
  for (const Json& pin : document.items("/pins")) {
    CFKOPS_ASSIGN(Pin read, read_pin(pin));
    plan.pins.push_back(std::move(read));
  }
  return plan;
}

Status check_valid(const SavedPlan& plan, WallTime now) {
  if (plan.expires && now >= *plan.expires) {
    return make_error(ErrorCode::Refused,
                      "the plan expired at " + base::format_rfc3339(*plan.expires),
                      "make a new one with: cfkops plan " + plan.runbook + " --out FILE");
  }
  return {};
}

Json saved_plan_record(const RunRequest& request) {
  if (request.saved == nullptr) {
    return {};
  }
  json approvals = json::array();
  for (const CountedApproval& approval : request.approvals) {
    approvals.push_back({{"principal", approval.principal},
                         {"key", approval.key},
                         {"expires", approval.expires},
                         {"file", approval.file}});
  }
  return Json(json{{"sha256", request.saved->sha256},
                   {"created", base::format_rfc3339(request.saved->created)},
                   {"requester", request.saved->requester},
                   {"approvals", std::move(approvals)}});
}

}  // namespace cfkops::engine
