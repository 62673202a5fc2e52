#include "knowledge.hpp"

#include "library.hpp"

#include "cfkops/actions/table.hpp"

#include <filesystem>
#include <utility>
#include <vector>

namespace cfkops::cli {

namespace fs = std::filesystem;

Result<runbook::IncludedText> find_included(const std::string& word, const std::string& from) {
  std::string wanted = word;
  if (runbook::is_include_path(word)) {
    wanted = (fs::path(from).parent_path() / word).lexically_normal().string();
    if (!runbook::is_include_path(wanted)) {
      wanted = "./" + wanted;  // it stays a path
    }
  }
  CFKOPS_ASSIGN(RunbookFile file, find_runbook(wanted));
  return runbook::IncludedText{.file = std::move(file.place.path),
                               .text = std::move(file.text),
                               .on_disk = !file.place.builtin.has_value()};
}

runbook::Knowledge knowledge() {
  runbook::Knowledge known(actions::specs());
  known.include = find_included;
  return known;
}

runbook::Knowledge knowledge(std::vector<runbook::IncludedCopy> copies) {
  runbook::Knowledge known(actions::specs());
  known.include = runbook::resolver_of(std::move(copies));
  return known;
}

}  // namespace cfkops::cli
