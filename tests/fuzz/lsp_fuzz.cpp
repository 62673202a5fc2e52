// Any bytes as what a client sends. The first byte says how: as they are, as the contents of
// messages between NUL bytes, or as a text that is opened, edited, and asked about in many places.

#include "runbook/test_specs.hpp"

#include "cfkops/base/check.hpp"
#include "cfkops/lsp/server.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using nlohmann::json;

constexpr const char* kUri = "file:///runbooks/x.yaml";

std::string framed(std::string_view content) {
  return fmt::format("Content-Length: {}\r\n\r\n{}", content.size(), content);
}

std::string message(const char* method, json params, int id = 0) {
  json content = {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
  if (id != 0) {
    content["id"] = id;
  }
  return framed(content.dump(-1, ' ', false, json::error_handler_t::replace));
}

void initialize(cfkops::lsp::Server& server) {
  (void)server.receive(message("initialize", {{"capabilities", json::object()}}, 1));
}

void contents(cfkops::lsp::Server& server, std::string_view bytes) {
  initialize(server);
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\0'), bytes.size());
    (void)server.receive(framed(bytes.substr(0, end)));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

/// All messages come at once: a text is judged once for each time that bytes come, and that costs
/// more than all the questions about it.
void document(cfkops::lsp::Server& server, std::string_view bytes) {
  static constexpr std::array<const char*, 3> kMethods = {
      "textDocument/hover", "textDocument/completion", "textDocument/definition"};
  initialize(server);
  const std::size_t half = bytes.size() / 2;
  const json name = {{"uri", kUri}, {"version", 1}};
  json opened = name;
  opened["text"] = std::string(bytes.substr(0, half));
  std::string sent = message("textDocument/didOpen", {{"textDocument", opened}});
  std::size_t asked = 0;
  for (; asked < 9 && asked < bytes.size(); ++asked) {
    const auto line = static_cast<unsigned char>(bytes[bytes.size() - asked - 1]) % 32;
    const json position = {{"line", line}, {"character", asked * 3}};
    if (asked % 4 == 3) {
      const json change = {
          {"range", {{"start", {{"line", line}, {"character", asked}}}, {"end", position}}},
          {"text", std::string(bytes.substr(half, asked))}};
      sent +=
          message("textDocument/didChange", {{"textDocument", name}, {"contentChanges", {change}}});
    }
    sent += message(kMethods.at(asked % kMethods.size()),
                    {{"textDocument", name}, {"position", position}},
                    static_cast<int>(asked) + 2);
  }
  const std::string answers = server.receive(sent);
  for (std::size_t id = 2; id < asked + 2; ++id) {
    CFKOPS_CHECK(answers.find(fmt::format("\"id\":{},", id)) != std::string::npos);
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cfkops::lsp::Server server({.knowledge = cfkops::runbook::test_specs()});
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) {
    return 0;
  }
  const char how = bytes.front();
  bytes.remove_prefix(1);
  if (how == 'm') {
    contents(server, bytes);
  } else if (how == 'd') {
    document(server, bytes);
  } else {
    (void)server.receive(bytes);
    (void)server.receive(bytes.substr(bytes.size() / 2));
  }
  return 0;
}
