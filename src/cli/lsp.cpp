#include "commands.hpp"
#include "docs_uri.hpp"
#include "exit_code.hpp"
#include "knowledge.hpp"
#include "known_kinds.hpp"
#include "library.hpp"

#include "cfkops/lsp/server.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

/// Where the documentation lies beside this program, installed or just built; "" where it does not.
std::string docs_beside_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const char* folder : {"../share/doc/cfkops", "../../docs"}) {
    const fs::path docs = program.parent_path() / folder;
    if (!error && fs::exists(docs / "lint-rules.md", error)) {
      return folder_uri(docs);
    }
  }
  return {};
}

}  // namespace

int lsp_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  const auto kinds = known_kinds(arguments.crds);
  if (!kinds) {
    return fail(environment, kinds.error());
  }
  runbook::Knowledge known = knowledge();
  known.kinds = *kinds;
  lsp::Server server(
      {.knowledge = std::move(known),
       .profile = runbook::profile_of(arguments.profile).value_or(runbook::Profile::Ci),
       .docs = arguments.docs.empty() ? docs_beside_program() : docs_uri(arguments.docs),
       .runbooks = runbook_names});
  while (!server.exit_code()) {
    const auto bytes = terminal.read_some();
    if (!bytes) {
      return fail(environment, bytes.error());
    }
    if (bytes->empty()) {
      return server.exit_code_at_end();
    }
    terminal.out(server.receive(*bytes));
  }
  return *server.exit_code();
}

}  // namespace cfkops::cli
