#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::logs {

/// How often something of each kind was taken out.
using RedactionCounts = std::map<std::string, std::uint64_t, std::less<>>;

/// Takes secrets out of the lines of one log. In the place of each stands
/// "[redacted KIND 1a2b3c]"; the digits are the same for the same secret, as far as the salt is the
/// same, so that one can be followed through logs without being known.
///
/// What it knows: docs/logs.md. It looks at one line at a time, but for private keys, whose lines
/// it follows. One log each, in its order.
class Redactor {
 public:
  /// A salt that nobody else has keeps secrets from being guessed by the digits.
  explicit Redactor(std::string salt)
      : salt_(std::move(salt)) {}

  /// Adds `line`, which has no line break, to `out` without its secrets.
  void add_line(std::string_view line, std::string& out);

  /// The lines of `text`.
  [[nodiscard]] std::string text(std::string_view text);

  [[nodiscard]] const RedactionCounts& counts() const { return counts_; }

 private:
  void replace(std::string_view secret, std::string_view kind, std::string& out);

  /// What of a line within a private key stands behind its end; all before is taken out.
  std::string_view behind_key(std::string_view line, std::string& out);

  std::string salt_;
  RedactionCounts counts_;
  std::size_t key_lines_ = 0;  ///< of a private key, that were seen without its end; 0: in none
};

/// One secret in a line as programs write it, and what has become of it.
struct RedactionSample {
  std::string kind;    ///< what it is an example of
  std::string line;    ///< before; secrets in it are made up
  std::string secret;  ///< what must not be there afterwards; "": nothing must change
  std::string after = {};
  bool good = false;
};

/// Has a redactor work on examples of every kind, and on lines that must stay as they are.
[[nodiscard]] std::vector<RedactionSample> test_redaction();

}  // namespace cfkops::logs
