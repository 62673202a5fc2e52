#include "lint_formats.hpp"

#include "json_line.hpp"
#include "xml.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"
#include "cfkops/runbook/confidential.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace cfkops::cli {
namespace {

using runbook::Diagnostic;
using runbook::Severity;

/// The byte at which a line begins.
std::size_t begin_of(std::string_view text, int line) {
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n', at);
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  return at;
}

/// The file with its credentials written over: findings that stand in the same line show it too.
std::string without_credentials(const LintedFile& file) {
  std::string text = file.text;
  for (const runbook::Diagnostic& finding : file.findings) {
    if (!runbook::underlines_secret(finding) || finding.pos.column < 1) {
      continue;
    }
    const auto skip = [&text](std::size_t at, int characters) {
      for (; characters > 0 && at < text.size() && text[at] != '\n'; --characters) {
        at += base::decode_utf8(text, at).size;
      }
      return at;
    };
    const std::size_t begin = skip(begin_of(text, finding.pos.line), finding.pos.column - 1);
    const std::size_t size = skip(begin, finding.length) - begin;
    const int characters = base::count_code_points(std::string_view(text).substr(begin, size));
    text.replace(begin, size, std::string(static_cast<std::size_t>(characters), '*'));
  }
  return text;
}

/// `text` with each of some characters as what `escape` makes of it.
template <class Escape>
std::string escaped(std::string_view text, Escape escape) {
  std::string out;
  for (const char c : text) {
    const std::string_view other = escape(c);
    out += other.empty() ? std::string_view(&c, 1) : other;
  }
  return out;
}

/// The text of a workflow command of GitHub.
std::string github_text(std::string_view text) {
  return escaped(text, [](char c) -> std::string_view {
    return c == '%' ? "%25" : c == '\r' ? "%0D" : c == '\n' ? "%0A" : "";
  });
}

/// The value of a property of a workflow command.
std::string github_value(std::string_view text) {
  return escaped(github_text(text), [](char c) -> std::string_view {
    return c == ':' ? "%3A" : c == ',' ? "%2C" : "";
  });
}

std::string_view github_word(Severity severity) {
  return severity == Severity::Info ? "notice" : to_string(severity);
}

std::string_view gitlab_word(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "critical";
    case Severity::Warning:
      return "minor";
    case Severity::Info:
      return "info";
  }
  return "critical";
}

/// One test of the report, with the finding as it is shown. What is worth knowing only is no
/// failure of it.
std::string junit_case(const LintedFile& file,
                       std::string_view rendered,
                       const Diagnostic& finding) {
  const std::string name = finding.code + " in line " + std::to_string(finding.pos.line);
  const std::string body = xml(rendered);
  std::string test =
      "    <testcase classname=\"" + xml(file.path) + "\" name=\"" + xml(name) + "\">\n";
  if (finding.severity == Severity::Info) {
    test += "      <system-out>" + body + "</system-out>\n";
  } else {
    test += "      <failure type=\"" + finding.code + "\" message=\"" + xml(finding.message) +
            "\">" + body + "</failure>\n";
  }
  return test + "    </testcase>\n";
}

bool fails(const Diagnostic& finding) {
  return finding.severity != Severity::Info;
}

nlohmann::json to_json(const Diagnostic& finding) {
  return {{"severity", runbook::to_string(finding.severity)},
          {"code", finding.code},
          {"message", finding.message},
          {"remedy", finding.remedy},
          {"file", finding.pos.file},
          {"line", finding.pos.line},
          {"column", finding.pos.column},
          {"length", finding.length}};
}

}  // namespace

std::string full_message(const Diagnostic& finding) {
  return finding.remedy.empty() ? finding.message : finding.message + "\n" + finding.remedy;
}

std::string repository_path(std::string_view path) {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
  }
  return std::string(path);
}

std::vector<std::string> fingerprints(const LintedFile& file) {
  const std::vector<std::string> lines = base::split(file.text, '\n');
  std::vector<std::string> prints;
  std::map<std::string, int> before;
  for (const Diagnostic& finding : file.findings) {
    std::string what = repository_path(file.path);
    what.append("\n").append(finding.code).append("\n");
    const auto line = static_cast<std::size_t>(std::max(finding.pos.line, 1)) - 1;
    what += base::trim(line < lines.size() ? std::string_view(lines[line]) : std::string_view());
    const int same = before[what]++;
    prints.push_back(base::sha256_hex(what + "\n" + std::to_string(same)));
  }
  return prints;
}

std::string lint_text(std::span<const LintedFile> files) {
  std::string text;
  for (const LintedFile& file : files) {
    for (const std::string& finding : runbook::render(file.findings, without_credentials(file))) {
      text += finding;
    }
  }
  return base::printable_lines(text);
}

std::string lint_json(std::span<const LintedFile> files) {
  nlohmann::json findings = nlohmann::json::array();
  int checked = 0;
  for (const LintedFile& file : files) {
    checked += file.found ? 1 : 0;
    for (const Diagnostic& finding : file.findings) {
      findings.push_back(to_json(finding));
    }
  }
  return json_line({{"schemaVersion", 1}, {"files", checked}, {"findings", std::move(findings)}});
}

std::string lint_github(std::span<const LintedFile> files) {
  std::string text;
  for (const LintedFile& file : files) {
    for (const Diagnostic& finding : file.findings) {
      text.append("::").append(github_word(finding.severity));
      text += " file=" + github_value(repository_path(file.path));
      if (finding.pos.line > 0) {
        text += ",line=" + std::to_string(finding.pos.line);
      }
      if (finding.pos.column > 0) {
        text += ",col=" + std::to_string(finding.pos.column) +
                ",endColumn=" + std::to_string(finding.pos.column + finding.length);
      }
      text += ",title=" + finding.code + "::" + github_text(full_message(finding)) + "\n";
    }
  }
  return base::printable_lines(text);
}

std::string lint_gitlab(std::span<const LintedFile> files) {
  nlohmann::json report = nlohmann::json::array();
  for (const LintedFile& file : files) {
    const std::vector<std::string> prints = fingerprints(file);
    for (std::size_t i = 0; i < file.findings.size(); ++i) {
      const Diagnostic& finding = file.findings[i];
      report.push_back({{"description", full_message(finding)},
                        {"check_name", finding.code},
                        {"fingerprint", prints[i]},
                        {"severity", gitlab_word(finding.severity)},
                        {"location",
                         {{"path", repository_path(file.path)},
                          {"lines", {{"begin", std::max(finding.pos.line, 1)}}}}}});
    }
  }
  return json_line(report);
}

std::string lint_junit(std::span<const LintedFile> files) {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::string cases;
  for (const LintedFile& file : files) {
    const std::vector<std::string> rendered =
        runbook::render(file.findings, without_credentials(file));
    for (std::size_t i = 0; i < file.findings.size(); ++i) {
      const Diagnostic& finding = file.findings[i];
      cases += junit_case(file, rendered[i], finding);
      failures += fails(finding) ? 1U : 0U;
    }
    if (file.findings.empty()) {
      cases += "    <testcase classname=\"" + xml(file.path) + "\" name=\"lint\"/>\n";
    }
    tests += std::max<std::size_t>(file.findings.size(), 1);
  }
  const std::string counts =
      "tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + counts +
         ">\n  <testsuite name=\"cfkops lint\" " + counts + ">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

}  // namespace cfkops::cli
