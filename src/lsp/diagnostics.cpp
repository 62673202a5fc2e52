#include "diagnostics.hpp"

#include "outline.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"
#include "cfkops/runbook/loader.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cfkops::lsp {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Finds the bytes of lint's positions: its lines end with \n or \r\n, and a byte order mark does
/// not count.
class LintText {
 public:
  explicit LintText(std::string_view text)
      : text_(text) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
      lines_.push_back(static_cast<std::uint32_t>(at + 1));
    }
    lines_.front() = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  }

  [[nodiscard]] ByteSpan span_of(const runbook::Diagnostic& finding) const {
    const auto line = static_cast<std::size_t>(std::max(finding.pos.line, 1)) - 1;
    if (line >= lines_.size()) {
      return {text_.size(), text_.size()};
    }
    std::size_t end = line + 1 < lines_.size() ? lines_[line + 1] - 1 : text_.size();
    if (end > lines_[line] && text_[end - 1] == '\r') {
      --end;
    }
    const std::size_t begin = skip(lines_[line], end, finding.pos.column - 1);
    return {begin, skip(begin, end, std::max(finding.length, 1))};
  }

 private:
  /// The byte that is so many characters behind `at`, at most `end`.
  [[nodiscard]] std::size_t skip(std::size_t at, std::size_t end, int characters) const {
    for (; characters > 0 && at < end; --characters) {
      at += base::decode_utf8(text_, at).size;
    }
    return std::min(at, end);
  }

  std::string_view text_;
  std::vector<std::uint32_t> lines_ = {0};
};

}  // namespace

std::vector<Finding> judge(std::string_view text,
                           const std::string& file,
                           const runbook::Knowledge& knowledge,
                           runbook::Profile profile) {
  std::vector<Finding> findings;
  const LintText lines(text);
  for (runbook::Diagnostic& finding : runbook::lint(text, file, knowledge, profile).findings) {
    const ByteSpan span = lines.span_of(finding);
    findings.push_back({std::move(finding), span});
  }
  return findings;
}

bool is_runbook(std::string_view text, std::string_view uri) {
  if (const runbook::Claim claim = runbook::claim_of(text); claim != runbook::Claim::Nothing) {
    return claim == runbook::Claim::Runbook;
  }
  if (uri.find("/runbooks/") != std::string_view::npos) {
    return true;
  }
  const Outline outline(text);
  const std::size_t first = outline.first_child(kRoot);
  if (first == kRoot ||
      (outline.entries()[first].kind == Entry::Kind::Item && !text.starts_with('-'))) {
    return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
  }
  if (outline.child(kRoot, "apiVersion") != kRoot) {
    return outline.scalar(kRoot, "apiVersion").starts_with("cfkops") ||
           outline.scalar(kRoot, "kind") == "Runbook";
  }
  return outline.child(kRoot, "kind") != kRoot || outline.child(kRoot, "steps") != kRoot;
}

std::string path_of(std::string_view uri) {
  constexpr std::string_view kScheme = "file://";
  std::string_view rest = uri;
  if (rest.starts_with(kScheme)) {
    rest.remove_prefix(kScheme.size());
    rest.remove_prefix(std::min(rest.find('/'), rest.size()));
  }
  return base::url_decode(rest);
}

}  // namespace cfkops::lsp
