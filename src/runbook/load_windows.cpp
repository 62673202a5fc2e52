#include "load_parts.hpp"

#include "cfkops/runbook/window.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace cfkops::runbook {

namespace {

/// Keys that say when, which a file does as well.
constexpr std::array<std::string_view, 5> kInline = {
    "start", "duration", "rrule", "except", "timezone"};

/// A window is in a file, or written here.
void check_form(Form& form, const YamlNode& node) {
  const bool in_file = node.find("file") != nullptr;
  for (const YamlNode::Member& member : node.members) {
    for (const std::string_view key : kInline) {
      if (in_file && member.key == key) {
        form.report(kUnknownKey,
                    member.key_pos,
                    static_cast<int>(key.size()),
                    fmt::format("'{}' does not go with 'file'", key),
                    "remove one of the two");
      }
    }
  }
  for (const std::string_view key : {"start", "duration"}) {
    if (!in_file && node.find(key) == nullptr) {
      form.report(kMissingKey,
                  node.pos,
                  1,
                  fmt::format("the window has no 'file' and lacks '{}'", key),
                  "add start: 2026-01-06T22:00, duration: 4h; or file: windows.ics");
    }
  }
}

/// What is written as a window must be one.
void check_times(Form& form, const WindowEntry& entry) {
  if (!entry.file.empty() || entry.start.empty() || !entry.duration) {
    return;
  }
  if (const Status read = Calendar().add(entry); !read) {
    form.report(kWrongType, entry.pos, 1, read.error().message, read.error().hint);
  }
}

WindowEntry load_window(Form& form, const YamlNode& node, std::size_t number) {
  const std::vector<std::string> kinds = {"allow", "freeze"};
  WindowEntry entry;
  entry.pos = node.pos;
  if (!form.check_keys(node, "window", fmt::format("window {}", number))) {
    return entry;
  }
  check_form(form, node);
  const auto text = [&](std::string_view key) {
    return form.text(Form::member(node, key), fmt::format("'{}'", key));
  };
  if (form.word(Form::member(node, "kind"), "'kind'", kinds) == "freeze") {
    entry.kind = WindowEntry::Kind::Freeze;
  }
  entry.title = text("title");
  entry.file = text("file");
  entry.start = text("start");
  entry.duration = form.duration(Form::member(node, "duration"), "'duration'");
  entry.rrule = text("rrule");
  for (const YamlNode* item : form.items(Form::member(node, "except"), "'except'")) {
    entry.except.push_back(form.text(item, "an entry of 'except'"));
  }
  entry.timezone = text("timezone");
  check_times(form, entry);
  return entry;
}

}  // namespace

std::string_view to_string(WindowEntry::Kind kind) {
  return kind == WindowEntry::Kind::Allow ? "allow" : "freeze";
}

std::vector<WindowEntry> load_windows(Form& form, const YamlNode* node) {
  std::vector<WindowEntry> windows;
  for (const YamlNode* item : form.items(node, "'windows'")) {
    windows.push_back(load_window(form, *item, windows.size() + 1));
  }
  return windows;
}

}  // namespace cfkops::runbook
