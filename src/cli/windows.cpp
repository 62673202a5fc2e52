#include "windows.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"
#include "cfkops/runbook/window.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

using runbook::Calendar;
using runbook::WindowEntry;

/// A site's calendar of years is some hundred kB.
constexpr std::size_t kLargest = std::size_t{8} << 20U;

Result<Calendar> read_calendar(const std::filesystem::path& file, WindowEntry::Kind otherwise) {
  auto text = base::read_file(file, kLargest);
  if (!text) {
    return std::move(text).error().in("change windows");
  }
  return Calendar::parse(*text, file.string(), otherwise);
}

/// All that a runbook says is one calendar.
Result<Calendar> calendar_of(const runbook::Runbook& book) {
  Calendar calendar;
  const std::filesystem::path folder = std::filesystem::path(book.file).parent_path();
  for (const WindowEntry& entry : book.windows) {
    if (entry.file.empty()) {
      CFKOPS_TRY(calendar.add(entry));
    } else {
      CFKOPS_ASSIGN(const Calendar other, read_calendar(folder / entry.file, entry.kind));
      calendar.add(other);
    }
  }
  return calendar;
}

/// Each included runbook has its say, as by itself.
Status add_included(const runbook::Runbook& book, runbook::Windows& windows) {
  Status added;
  runbook::each_include(book, [&](const runbook::Step& step) {
    const runbook::Runbook& inside = step.included->runbook;
    if (!added || inside.windows.empty()) {
      return;
    }
    auto calendar = calendar_of(inside);
    if (calendar) {
      windows.add(*std::move(calendar));
    } else {
      added = std::move(calendar).error().in("step '" + step.id + "'");
    }
  });
  return added;
}

}  // namespace

Status set_windows(const Arguments& arguments, engine::RunRequest& request) {
  runbook::Windows windows;
  if (!request.runbook->windows.empty()) {
    CFKOPS_ASSIGN(Calendar own, calendar_of(*request.runbook));
    windows.add(std::move(own));
  }
  CFKOPS_TRY(add_included(*request.runbook, windows));
  std::vector<std::string> files = arguments.windows;
  for (std::string& file : base::split(base::environment("CFKOPS_WINDOWS"), ':')) {
    files.push_back(std::move(file));
  }
  std::erase(files, "");
  for (const std::string& file : files) {
    CFKOPS_ASSIGN(Calendar calendar, read_calendar(file, WindowEntry::Kind::Allow));
    windows.add(std::move(calendar));
  }
  request.windows = std::make_shared<const runbook::Windows>(std::move(windows));
  request.ignore_windows = arguments.ignore_windows;
  return {};
}

}  // namespace cfkops::cli
