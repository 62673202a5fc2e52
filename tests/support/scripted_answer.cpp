#include "support/scripted_answer.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::test {

Answer reply(int status, std::string body, std::vector<kube::Header> headers) {
  return {.status = status, .body = std::move(body), .headers = std::move(headers)};
}

std::string text_of(const nlohmann::json& body) {
  return body.dump();
}

Answer refuse(int status, const std::string& reason, const std::string& message) {
  const nlohmann::json body = {{"kind", "Status"},
                               {"apiVersion", "v1"},
                               {"metadata", nlohmann::json::object()},
                               {"status", "Failure"},
                               {"message", message},
                               {"reason", reason},
                               {"code", status}};
  return reply(status, body.dump(), {{"Content-Type", "application/json"}});
}

Answer failure(ErrorCode code, const std::string& message) {
  Answer answer;
  answer.error = make_error(code, message.empty() ? std::string(base::to_string(code)) : message);
  return answer;
}

Answer silence() {
  Answer answer;
  answer.hangs = true;
  return answer;
}

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> kAll = {Fault::Unreachable,
                                          Fault::LostBefore,
                                          Fault::LostAfter,
                                          Fault::TimeoutBefore,
                                          Fault::TimeoutAfter,
                                          Fault::Conflict,
                                          Fault::Busy,
                                          Fault::Broken,
                                          Fault::Gateway,
                                          Fault::GatewayAfter,
                                          Fault::Expired,
                                          Fault::Redirect,
                                          Fault::LoginPage};
  return kAll;
}

std::string to_string(Fault fault) {
  switch (fault) {
    case Fault::Unreachable:
      return "Unreachable";
    case Fault::LostBefore:
      return "LostBefore";
    case Fault::LostAfter:
      return "LostAfter";
    case Fault::TimeoutBefore:
      return "TimeoutBefore";
    case Fault::TimeoutAfter:
      return "TimeoutAfter";
    case Fault::Conflict:
      return "Conflict";
    case Fault::Busy:
      return "Busy";
    case Fault::Broken:
      return "Broken";
    case Fault::Gateway:
      return "Gateway";
    case Fault::GatewayAfter:
      return "GatewayAfter";
    case Fault::Expired:
      return "Expired";
    case Fault::Redirect:
      return "Redirect";
    case Fault::LoginPage:
      return "LoginPage";
  }
  return {};
}

Answer spoil(Fault fault) {
  switch (fault) {
    case Fault::Unreachable:
      return failure(ErrorCode::Unreachable, "connection refused");
    case Fault::LostBefore:
    case Fault::LostAfter:
      return failure(ErrorCode::ConnectionLost, "connection reset by peer");
    case Fault::TimeoutBefore:
    case Fault::TimeoutAfter:
      return failure(ErrorCode::Timeout, "no answer in time");
    case Fault::Conflict:
      return refuse(409, "Conflict", "the object has been modified");
    case Fault::Busy:
      return reply(429,
                   "Too many requests, please try again later.\n",
                   {{"Retry-After", "1"}, {"Content-Type", "text/plain"}});
    case Fault::Broken:
      return refuse(500, "InternalError", "Internal error occurred: broken by the test");
    case Fault::Gateway:
      return reply(502, "<html>bad gateway</html>");
    case Fault::GatewayAfter:
      return reply(504, "<html>gateway timeout</html>");
    case Fault::Expired:
      return refuse(410, "Expired", "too old resource version");
    case Fault::Redirect:
      return reply(302, "", {{"Location", "https://login.example.org/start?state=secret"}});
    case Fault::LoginPage:
      return reply(200, "<html>please log in</html>", {{"Content-Type", "text/html"}});
  }
  return {};
}

bool takes_effect(Fault fault) {
  return fault == Fault::LostAfter || fault == Fault::TimeoutAfter || fault == Fault::GatewayAfter;
}

}  // namespace cfkops::test
