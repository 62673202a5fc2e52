#include "server_session.hpp"

#include "cfkops/actions/table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::test {

using nlohmann::json;

std::string framed_json(const json& content) {
  const std::string text = content.dump();
  return "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
}

std::vector<json> contents_of(std::string_view stream) {
  constexpr std::string_view kLength = "Content-Length: ";
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::vector<json> contents;
  while (stream.starts_with(kLength)) {
    const std::size_t end = stream.find(kEnd);
    const std::size_t size =
        std::stoul(std::string(stream.substr(kLength.size(), end - kLength.size())));
    contents.push_back(json::parse(stream.substr(end + kEnd.size(), size)));
    stream.remove_prefix(end + kEnd.size() + size);
  }
  EXPECT_EQ(stream, "");
  return contents;
}

ServerSession::ServerSession(std::string docs)
    : server_({.knowledge = actions::specs(), .docs = std::move(docs)}) {}

void ServerSession::initialize(const std::vector<std::string>& encodings) {
  json general = json::object();
  if (!encodings.empty()) {
    general["positionEncodings"] = encodings;
  }
  const auto answers = request(
      "initialize",
      {{"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", {{"general", general}}}});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["result"]["capabilities"]["positionEncoding"],
            encodings.empty() ? "utf-16" : encodings.front());
  EXPECT_TRUE(notify("initialized", json::object()).empty());
}

std::vector<json> ServerSession::request(std::string_view method, const json& params) {
  return send(framed_json(
      {{"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", method}, {"params", params}}));
}

std::vector<json> ServerSession::notify(std::string_view method, const json& params) {
  return send(framed_json({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}));
}

std::vector<json> ServerSession::send(std::string_view bytes) {
  return contents_of(server_.receive(bytes));
}

json ServerSession::open(std::string_view uri, std::string_view text) {
  const auto sent = notify(
      "textDocument/didOpen",
      {{"textDocument", {{"uri", uri}, {"languageId", "yaml"}, {"version", 1}, {"text", text}}}});
  EXPECT_EQ(sent.size(), 1U);
  return sent.empty() ? json() : sent[0]["params"];
}

json ServerSession::at(std::string_view method, std::string_view uri, int line, int character) {
  const auto sent = request(
      method,
      {{"textDocument", {{"uri", uri}}}, {"position", {{"line", line}, {"character", character}}}});
  EXPECT_EQ(sent.size(), 1U);
  return sent.empty() ? json() : sent[0]["result"];
}

}  // namespace cfkops::test
