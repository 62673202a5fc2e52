#pragma once

#include "cfkops/lsp/server.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::test {

/// The content with its header, as a client sends it.
[[nodiscard]] std::string framed_json(const nlohmann::json& content);

/// The contents of what a server sent.
[[nodiscard]] std::vector<nlohmann::json> contents_of(std::string_view stream);

/// An editor in front of a server that knows the real actions.
class ServerSession {
 public:
  explicit ServerSession(std::string docs = {});

  /// Greets it; `encodings` are what the editor can count in, in its order.
  void initialize(const std::vector<std::string>& encodings = {});

  /// Sends a request or a notification; what comes back.
  std::vector<nlohmann::json> request(std::string_view method, const nlohmann::json& params);
  std::vector<nlohmann::json> notify(std::string_view method, const nlohmann::json& params);

  /// The same of bytes.
  std::vector<nlohmann::json> send(std::string_view bytes);

  /// Opens a document; its findings.
  nlohmann::json open(std::string_view uri, std::string_view text);

  /// The result of a request about a place.
  nlohmann::json at(std::string_view method, std::string_view uri, int line, int character);

  [[nodiscard]] lsp::Server& server() { return server_; }

 private:
  lsp::Server server_;
  int last_id_ = 0;
};

}  // namespace cfkops::test
