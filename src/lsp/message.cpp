#include "message.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::lsp {

namespace {

Message malformed(std::string id, Refusal refusal, std::string wrong) {
  Message message;
  message.id = std::move(id);
  message.refusal = refusal;
  message.wrong = std::move(wrong);
  return message;
}

std::string dumped(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Message read_message(std::string_view content) {
  const auto json = Json::parse(content);
  if (!json) {
    return malformed("null", Refusal::ParseError, json.error().message);
  }
  if (!json->is_object()) {
    return malformed("null", Refusal::InvalidRequest, "a message is one object");
  }
  const Json id = json->get("/id");
  const bool has_id = id.is_string() || id.is_number();
  if (!has_id && json->raw().contains("id") && !id.is_null()) {
    return malformed("null", Refusal::InvalidRequest, "an id is a number or a text");
  }
  Message message;
  message.id = has_id ? id.dump() : "null";
  if (json->string_or("/jsonrpc", "") != "2.0") {
    return malformed(message.id, Refusal::InvalidRequest, "jsonrpc is not 2.0");
  }
  const auto method = json->string_at("/method");
  if (!method) {
    const bool response =
        json->has("/result") || json->has("/error") || json->raw().contains("result");
    message.kind = response ? Message::Kind::Response : Message::Kind::Malformed;
    message.wrong = "a request without a method";
    return message;
  }
  message.kind = has_id ? Message::Kind::Request : Message::Kind::Notification;
  message.method = *method;
  message.params = json->get("/params");
  return message;
}

std::string answer(const std::string& id, const Json& result) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + result.dump() + "}";
}

std::string refuse(const std::string& id, Refusal refusal, const std::string& why) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":)" +
         dumped({{"code", static_cast<int>(refusal)}, {"message", why}}) + "}";
}

std::string notification(std::string_view method, const Json& params) {
  return R"({"jsonrpc":"2.0","method":)" + dumped(std::string(method)) + R"(,"params":)" +
         params.dump() + "}";
}

}  // namespace cfkops::lsp
