#include "kinds/custom_format.hpp"

#include <re2/re2.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cfkops::sandbox {

namespace {

struct Format {
  std::string_view name;  ///< without dashes
  const char* pattern;
};

// kube-openapi pkg/validation/strfmt. An empty pattern: looked at by a function, or anything goes.
constexpr std::array kFormats = {
    Format{"bsonobjectid", "^[0-9a-fA-F]{24}$"},
    Format{"byte",
           "^(?:[A-Za-z0-9+/]{4})*"
           "(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"},
    Format{"cidr", ""},
    Format{"creditcard", "^[0-9 -]{13,23}$"},
    Format{"date", "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
    Format{"datetime",
           "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[tT]"
           "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})$"},
    Format{"duration",
           "^[-+]?(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$|^0$|"
           "[0-9]+\\s*(ns|nano|us|µs|micro|ms|milli|s|sec|m|min|h|hr|hour|d|day|w|wk|week)s?"},
    Format{"email", R"(^(?:[^<>]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$)"},
    Format{"hexcolor", "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
    Format{"hostname",
           "^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|"
           "([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)"
           "(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$"},
    Format{"ipv4", ""},
    Format{"ipv6", ""},
    Format{"isbn", "^(?:[0-9][0-9 -]{8,}[0-9X])$"},
    Format{"isbn10", "^(?:[0-9][0-9 -]{8,}[0-9X])$"},
    Format{"isbn13", "^(?:[0-9][0-9 -]{11,}[0-9])$"},
    Format{"k8slongname", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"},
    Format{"k8sshortname", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},
    Format{"mac",
           "^(?:([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}-){5}[0-9a-fA-F]{2}|"
           "([0-9a-fA-F]{2}:){7}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}-){7}[0-9a-fA-F]{2}|"
           "([0-9a-fA-F]{4}\\.){2}[0-9a-fA-F]{4}|([0-9a-fA-F]{4}\\.){3}[0-9a-fA-F]{4})$"},
    Format{"password", ""},
    Format{"rgbcolor",
           "^rgb\\(\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*,"
           "\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*,"
           "\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*\\)$"},
    Format{"ssn", R"(^\d{3}[- ]?\d{2}[- ]?\d{4}$)"},
    Format{"uri", R"(^(?:/|[a-zA-Z][a-zA-Z0-9+.-]*:)[^\x00-\x20\x7f]*$)"},
    Format{"uuid", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"},
    Format{"uuid3", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$"},
    Format{"uuid4",
           "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"},
    Format{"uuid5",
           "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"},
};

std::string without_dashes(std::string_view format) {
  std::string name(format);
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
}

const Format* find_format(std::string_view format) {
  const std::string name = without_dashes(format);
  const auto* found = std::ranges::find(kFormats, name, &Format::name);
  return found == kFormats.end() ? nullptr : found;
}

bool is_address(const std::string& text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> address = {};
  return inet_pton(family, text.c_str(), address.data()) == 1;
}

bool is_cidr(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) {
    return false;
  }
  int bits = -1;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + slash + 1, last, bits);
  if (error != std::errc() || end != last || bits < 0) {
    return false;
  }
  const std::string address = text.substr(0, slash);
  return (is_address(address, AF_INET) && bits <= 32) ||
         (is_address(address, AF_INET6) && bits <= 128);
}

bool labels_fit(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (text.substr(0, dot).size() > 63) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(dot + 1);
  }
}

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

/// Where Go's words differ from RE2's.
std::string_view go_words(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case re2::RE2::ErrorBadCharClass:
      return "invalid character class";
    case re2::RE2::ErrorBadCharRange:
      return "invalid character class range";
    case re2::RE2::ErrorMissingBracket:
      return "missing closing ]";
    case re2::RE2::ErrorMissingParen:
      return "missing closing )";
    case re2::RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case re2::RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case re2::RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case re2::RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case re2::RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case re2::RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case re2::RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case re2::RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    default:
      return "regexp/syntax: internal error";
  }
}

}  // namespace

bool is_checked_format(std::string_view format) {
  return find_format(format) != nullptr;
}

bool has_format(std::string_view format, const std::string& text) {
  const Format* known = find_format(format);
  if (known == nullptr) {
    return true;
  }
  if (known->name == "ipv4") {
    return is_address(text, AF_INET);
  }
  if (known->name == "ipv6") {
    return is_address(text, AF_INET6);
  }
  if (known->name == "cidr") {
    return is_cidr(text);
  }
  const bool fits = known->name == "hostname"       ? text.size() <= 255 && labels_fit(text)
                    : known->name == "k8slongname"  ? text.size() <= 253
                    : known->name == "k8sshortname" ? text.size() <= 63
                                                    : true;
  return fits && matches_pattern(known->pattern, text);
}

std::optional<std::string> pattern_problem(const std::string& pattern) {
  const re2::RE2 regex(pattern, quiet());
  if (regex.ok()) {
    return std::nullopt;
  }
  return "error parsing regexp: " + std::string(go_words(regex.error_code())) + ": `" +
         regex.error_arg() + "`";
}

bool matches_pattern(const std::string& pattern, const std::string& text) {
  const re2::RE2 regex(pattern, quiet());
  return regex.ok() && re2::RE2::PartialMatch(text, regex);
}

}  // namespace cfkops::sandbox
