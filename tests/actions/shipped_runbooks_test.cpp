#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace cfkops::actions {
namespace {

TEST(ShippedRunbooks, AreRightForTheActionsThereAre) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_tree() / "runbooks")) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() != ".yaml") {
      continue;
    }
    ++count;
    const std::string text = test::read_file(file);
    const runbook::LintReport report = runbook::lint(text, file.filename().string(), specs());
    for (const runbook::Diagnostic& finding : report.findings) {
      ADD_FAILURE() << runbook::render(finding, text);
    }
    ASSERT_TRUE(report.runbook);
    EXPECT_EQ(report.runbook->name, file.stem().string()) << "a runbook is found by its file";
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace cfkops::actions
