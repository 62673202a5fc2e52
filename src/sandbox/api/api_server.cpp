#include "api/api_server.hpp"

#include "api/access.hpp"
#include "api/handlers.hpp"
#include "api/list_options.hpp"
#include "api/request_caller.hpp"
#include "api/request_info.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace cfkops::sandbox {

namespace {

using Handler = Answer<kube::Response> (*)(Registry&, Exchange&);

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// A list of one name is asked about by that name.
std::string selected_name(const Query& query) {
  std::string text = query.get("fieldSelector");
  constexpr std::string_view kField = "metadata.name=";
  const std::size_t end = text.find(',');
  std::string_view term = std::string_view(text).substr(0, end);
  if (end != std::string::npos || !term.starts_with(kField)) {
    return {};
  }
  term.remove_prefix(kField.size());
  if (term.starts_with('=')) {
    term.remove_prefix(1);
  }
  return std::string(term);
}

AccessQuestion question_of(const Exchange& exchange, const RequestInfo& info) {
  AccessQuestion question;
  if (!info.is_resource) {
    question.verb = exchange.request.method;
    std::ranges::transform(question.verb, question.verb.begin(), [](unsigned char letter) {
      return static_cast<char>(std::tolower(letter));
    });
    question.path = exchange.route.path;
    return question;
  }
  question.verb = verb_of(exchange.request.method, info, asks_for_watch(exchange.query));
  question.group = info.group;
  question.version = info.version;
  question.plural = info.plural;
  question.subresource = info.subresource;
  question.ns = info.ns;
  question.name = info.name.empty() ? selected_name(exchange.query) : info.name;
  return question;
}

Refusal wrong_method(const Kind& kind, const std::string& verb) {
  if (kind.is_defined()) {
    return method_not_supported(kind.resource().group, kind.resource().plural, verb);
  }
  Refusal refusal;
  refusal.code = 405;
  refusal.reason = "MethodNotAllowed";
  refusal.message = "the server does not allow this method on the requested resource";
  refusal.details = share(Value::object());
  return refusal;
}

// The verb that a method stands for on this path; "" where it stands for none.
std::string resource_verb(const Exchange& exchange) {
  const std::string& method = exchange.request.method;
  const Route& route = exchange.route;
  const bool one = !route.name.empty();
  if (route.subresource == "proxy" && (method == "HEAD" || method == "OPTIONS")) {
    return "get";
  }
  if (method == "GET") {
    return route.watch || (!one && asks_for_watch(exchange.query)) ? "watch" : one ? "get" : "list";
  }
  const bool whole_cluster =
      route.kind->resource().namespaced && route.ns.empty() && route.subresource.empty();
  if (route.watch || whole_cluster) {
    return {};
  }
  if (method == "POST") {
    return one && route.subresource.empty() ? "" : "create";
  }
  if (method == "DELETE") {
    return one ? "delete" : "deletecollection";
  }
  if (!one) {
    return {};
  }
  return method == "PUT" ? "update" : method == "PATCH" ? "patch" : "";
}

bool is_allowed(const Route& route, const std::string& verb) {
  if (verb.empty()) {
    return false;
  }
  if (route.subresource.empty()) {
    return has_word(route.kind->names().verbs, verb);
  }
  const SubresourceNames* found = route.kind->subresource(route.subresource);
  return found != nullptr && has_word(found->verbs, verb);
}

bool follows_log(const Exchange& exchange) {
  return exchange.route.subresource == "log" && exchange.request.method == "GET" &&
         query_flag(exchange.query, "follow");
}

bool is_review(const Kind& kind) {
  const std::string& group = kind.resource().group;
  return group == "authorization.k8s.io" || group == "authentication.k8s.io";
}

Handler subresource_handler(std::string_view subresource) {
  constexpr std::array<std::pair<std::string_view, Handler>, 9> kHandlers = {
      {{"scale", serve_scale},
       {"eviction", evict_pod},
       {"binding", bind_pod},
       {"token", make_token},
       {"log", serve_log},
       {"exec", serve_exec},
       {"attach", serve_exec},
       {"portforward", serve_exec},
       {"proxy", serve_proxy}}};
  const auto* const found =
      std::ranges::find(kHandlers, subresource, &std::pair<std::string_view, Handler>::first);
  return found == kHandlers.end() ? nullptr : found->second;
}

Handler verb_handler(std::string_view verb) {
  constexpr std::array<std::pair<std::string_view, Handler>, 7> kHandlers = {
      {{"get", get_object},
       {"list", list_objects},
       {"create", create_object},
       {"update", update_object},
       {"patch", patch_object},
       {"delete", delete_object},
       {"deletecollection", delete_collection}}};
  const auto* const found =
      std::ranges::find(kHandlers, verb, &std::pair<std::string_view, Handler>::first);
  return found == kHandlers.end() ? nullptr : found->second;
}

Handler handler_of(const Route& route, const std::string& verb) {
  if (is_review(*route.kind)) {
    return review_access;
  }
  if (route.kind->resource().plural == "bindings" && route.kind->resource().group.empty()) {
    return bind_pod;
  }
  const Handler special = subresource_handler(route.subresource);
  return special != nullptr ? special : verb_handler(verb);
}

// A refusal before the request means anything.
kube::Response refused(const kube::Request& request, const Refusal& refusal) {
  const Route route;
  const Query query("");
  const Caller caller;
  return respond_refusal({request, route, query, caller}, refusal);
}

}  // namespace

ApiServer::ApiServer(Registry& registry, const Programs& programs)
    : registry_(registry),
      programs_(programs),
      watches_(registry),
      follows_(registry, programs),
      audit_(registry) {}

ApiServer::Id ApiServer::handle(const kube::Request& request, Responder& client) {
  const Id id = ++last_;
  Responder& responder = audit_.is_on() ? audit_.follow(id, request, client) : client;
  take(
      request,
      [&responder](kube::Response response) { responder.answer(std::move(response)); },
      [this, id, &responder](Exchange& exchange) { serve(id, exchange, responder); });
  return id;
}

void ApiServer::connect(const kube::Request& request, SocketPeer& peer) {
  constexpr int kSwitched = 101;
  int code = kSwitched;
  const auto no = [&peer, &code](kube::Response response) {
    code = response.status;
    peer.refuse(std::move(response));
  };
  take(request, no, [this, &no, &peer](Exchange& exchange) {
    const Route& route = exchange.route;
    const bool to_pod = route.kind != nullptr &&
                        subresource_handler(route.subresource) == serve_exec &&
                        is_allowed(route, resource_verb(exchange));
    const Answer<void> opened =
        to_pod ? open_exec(registry_, exchange, peer)
               : refuse(bad_request("the sandbox speaks WebSocket for commands in pods only"));
    if (!opened) {
      no(respond_refusal(exchange, opened.error()));
    }
  });
  audit_.note(request, code);
}

// Who asks, whether that is allowed, and what the path means.
void ApiServer::take(const kube::Request& request,
                     const std::function<void(kube::Response)>& answer,
                     const std::function<void(Exchange&)>& go) {
  const auto caller = caller_of(registry_, request);
  if (!caller) {
    answer(refused(request, caller.error()));
    return;
  }
  const auto [path, query_text] = split_target(request.target);
  const Query query(query_text);
  Route route;
  route.path = base::url_decode(path);
  Exchange asked{request, route, query, *caller, {}, &programs_, registry_.timeline().wall()};
  const AccessQuestion question = question_of(asked, read_path(route.path));
  if (!judge_access(registry_, *caller, question).allowed) {
    answer(respond_refusal(asked, access_denied(*caller, question)));
    return;
  }
  auto found = find_route(registry_.kinds(), route.path);
  if (!found) {
    answer(respond_refusal(asked, found.error()));
    return;
  }
  route = std::move(*found);
  go(asked);
}

void ApiServer::serve(Id id, Exchange& exchange, Responder& responder) {
  const Route& route = exchange.route;
  if (route.kind != nullptr && resource_verb(exchange) == "watch" && is_allowed(route, "watch")) {
    if (std::string warning = route.kind->deprecation(); !warning.empty()) {
      exchange.warnings.push_back(std::move(warning));
    }
    const auto watch = watches_.open(exchange, responder);
    if (watch) {
      streams_.emplace(id, *watch);
    } else {
      responder.answer(respond_refusal(exchange, watch.error()));
    }
    return;
  }
  if (follows_log(exchange)) {
    if (auto opened = follows_.open(id, exchange, responder); !opened) {
      responder.answer(respond_refusal(exchange, opened.error()));
    }
    return;
  }
  auto response = dispatch(exchange);
  responder.answer(response ? std::move(*response) : respond_refusal(exchange, response.error()));
}

void ApiServer::cancel(Id id) {
  if (const auto stream = streams_.find(id); stream != streams_.end()) {
    watches_.close(stream->second);
    streams_.erase(stream);
  }
  follows_.close(id);
  audit_.cancel(id);
}

Answer<kube::Response> ApiServer::dispatch(Exchange& exchange) {
  const Route& route = exchange.route;
  if (route.kind == nullptr) {
    return discover(registry_, exchange);
  }
  const std::string verb = resource_verb(exchange);
  const Handler handler = is_allowed(route, verb) ? handler_of(route, verb) : nullptr;
  if (handler == nullptr) {
    return refuse(
        wrong_method(*route.kind, verb_of(exchange.request.method, read_path(route.path), false)));
  }
  if (std::string warning = route.kind->deprecation(); !warning.empty()) {
    exchange.warnings.push_back(std::move(warning));
  }
  return handler(registry_, exchange);
}

}  // namespace cfkops::sandbox
