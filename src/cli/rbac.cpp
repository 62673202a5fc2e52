#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "load.hpp"
#include "planning_observer.hpp"
#include "request.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/engine/role.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {
namespace {

nlohmann::json to_json(const engine::Plan& plan, const std::string& manifest) {
  nlohmann::json list = nlohmann::json::array();
  for (const kube::AccessQuestion& question : plan.permissions) {
    list.push_back({{"verb", question.verb},
                    {"group", question.resource.group},
                    {"resource", question.resource.plural},
                    {"subresource", question.subresource},
                    {"namespace", question.ns},
                    {"name", question.name},
                    {"path", question.path}});
  }
  return {{"schemaVersion", 1}, {"permissions", std::move(list)}, {"manifest", manifest}};
}

}  // namespace

int rbac_command(const Arguments& arguments, const AppEnvironment& environment) {
  int code = kOk;
  const auto book = load(arguments.names.front(), environment, code);
  if (!book) {
    return code;
  }
  auto request = make_request(arguments, *book, environment.clock);
  if (!request) {
    return fail(environment, request.error());
  }
  SilentObserver observer;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  request->ns = connection->ns;
  request->context = connection->context;
  kube::Reader reader(*connection->loop, connection->reader_options(arguments.global));
  reader.set_audit_scope(request->run_id + "/rbac/1");
  const auto plan = engine::make_plan(*request, actions::catalogue(), reader, observer);
  if (!plan) {
    return fail(environment, plan.error());
  }
  const std::string manifest =
      engine::minimal_roles(plan->permissions, "cfkops-" + plan->runbook, arguments.user);
  environment.terminal.out(
      arguments.global.output == Output::Json ? json_line(to_json(*plan, manifest)) : manifest);
  if (arguments.global.output == Output::Text && arguments.user.empty()) {
    environment.terminal.err(
        "next: bind it to who will run it, or print the bindings too: add --user NAME\n");
  }
  return kOk;
}

}  // namespace cfkops::cli
