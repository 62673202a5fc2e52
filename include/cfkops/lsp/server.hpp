#pragma once

#include "cfkops/runbook/lint.hpp"
#include "cfkops/runbook/rule.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// What a server knows and how it judges.
struct Options {
  runbook::Knowledge knowledge;  ///< its specs are borrowed: they must outlive the server
  runbook::Profile profile = runbook::Profile::Ci;
  std::string docs;  ///< URI of the folder of the documentation, which findings link to, or ""
  std::function<std::vector<std::string>()> runbooks = {};  ///< the names that may be included
};

/// A language server for runbooks (LSP 3.17) without its streams: takes what a client sends and
/// returns what it is to be sent. It tells what lint finds, explains what the cursor is on, says
/// what may be written there, and finds declarations, also in a text that cannot be loaded yet.
/// What is malformed is refused as the protocol says, and never ends it. Messages that arrive
/// together are taken together: a request among them that is cancelled is not carried out, and a
/// document is judged once. One thread.
class Server {
 public:
  explicit Server(Options options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Takes bytes of the client, whole messages or parts of them; returns the bytes to send,
  /// possibly none.
  [[nodiscard]] std::string receive(std::string_view bytes);

  /// What the process is to end with once the client has said `exit`: 0 after `shutdown`, else 1.
  [[nodiscard]] std::optional<int> exit_code() const;

  /// The same where the client is gone without a word.
  [[nodiscard]] int exit_code_at_end() const;

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace cfkops::lsp
