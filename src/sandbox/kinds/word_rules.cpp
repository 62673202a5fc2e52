#include "kinds/word_rules.hpp"

#include "kinds/checks.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kLongestPortName = 15;
constexpr std::size_t kLongestKey = 253;

bool is_lower(char letter) {
  return letter >= 'a' && letter <= 'z';
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

bool is_word_letter(char letter) {
  return is_lower(letter) || is_digit(letter) || (letter >= 'A' && letter <= 'Z');
}

/// "1.2.3.4", where leading zeros do no harm.
bool is_address4(std::string_view text) {
  int parts = 0;
  std::size_t at = 0;
  while (parts < 4) {
    int number = 0;
    std::size_t digits = 0;
    while (at < text.size() && is_digit(text.at(at)) && number < 256) {
      number = number * 10 + (text.at(at) - '0');
      ++at;
      ++digits;
    }
    if (digits == 0 || number > 255) {
      return false;
    }
    ++parts;
    if (parts < 4 && (at >= text.size() || text.at(at++) != '.')) {
      return false;
    }
  }
  return at == text.size();
}

}  // namespace

Faults port_name_faults(std::string_view name) {
  Faults faults;
  if (name.size() > kLongestPortName) {
    faults.push_back(too_many_letters(static_cast<int>(kLongestPortName)));
  }
  const auto allowed = [](char letter) {
    return is_lower(letter) || is_digit(letter) || letter == '-';
  };
  if (name.empty() || !std::ranges::all_of(name, allowed)) {
    faults.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!std::ranges::any_of(name, is_lower)) {
    faults.emplace_back("must contain at least one letter (a-z)");
  }
  if (name.find("--") != std::string_view::npos) {
    faults.emplace_back("must not contain consecutive hyphens");
  }
  if (!name.empty() && (name.front() == '-' || name.back() == '-')) {
    faults.emplace_back("must not begin or end with a hyphen");
  }
  return faults;
}

Faults port_number_faults(std::int64_t number) {
  return number >= 1 && number <= 65535 ? Faults{} : Faults{between(1, 65535)};
}

Faults config_key_faults(std::string_view key) {
  Faults faults;
  if (key.size() > kLongestKey) {
    faults.push_back(too_many_letters(static_cast<int>(kLongestKey)));
  }
  const auto allowed = [](char letter) {
    return is_word_letter(letter) || letter == '-' || letter == '_' || letter == '.';
  };
  if (key.empty() || !std::ranges::all_of(key, allowed)) {
    faults.emplace_back(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
        "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
        "'[-._a-zA-Z0-9]+')");
  }
  if (key == "." || key == "..") {
    faults.push_back(fmt::format("must not be '{}'", key));
  } else if (key.starts_with("..")) {
    faults.emplace_back("must not start with '..'");
  }
  return faults;
}

Faults variable_faults(std::string_view name) {
  if (name.empty()) {
    return {"environment variable name must be non-empty"};
  }
  const auto allowed = [](char letter) { return letter >= ' ' && letter <= '~' && letter != '='; };
  if (!std::ranges::all_of(name, allowed)) {
    return {
        "a valid environment variable name must consist only of printable ASCII characters other "
        "than '='"};
  }
  return {};
}

Faults header_faults(std::string_view name) {
  const auto allowed = [](char letter) { return is_word_letter(letter) || letter == '-'; };
  if (name.empty() || !std::ranges::all_of(name, allowed)) {
    return {
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
        "'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"};
  }
  return {};
}

std::string between(std::int64_t least, std::int64_t most) {
  return fmt::format("must be between {} and {}, inclusive", least, most);
}

bool is_address6(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) == 1;
}

bool is_address(std::string_view text) {
  return is_address4(text) || is_address6(text);
}

void report(const Faults& faults,
            const Value& value,
            const std::string& field,
            FieldErrors& errors) {
  for (const std::string& fault : faults) {
    errors.invalid(field, value, fault);
  }
}

void validate_port(const Value* port, const std::string& field, FieldErrors& errors) {
  if (port != nullptr && port->is_string()) {
    report(port_name_faults(port->get<std::string>()), *port, field, errors);
    return;
  }
  const std::int64_t number =
      port != nullptr && port->is_number_integer() ? port->get<std::int64_t>() : 0;
  report(port_number_faults(number), Value(number), field, errors);
}

void validate_address(const std::string& text, const std::string& field, FieldErrors& errors) {
  if (!is_address(text)) {
    errors.invalid(
        field, Value(text), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  }
}

void validate_choice(const Value& in,
                     std::string_view name,
                     const std::string& path,
                     const std::vector<std::string>& choices,
                     FieldErrors& errors) {
  const std::string word = text_at(in, {name});
  if (word.empty()) {
    errors.required(below(path, name));
  } else if (std::ranges::find(choices, word) == choices.end()) {
    errors.not_supported(below(path, name), Value(word), choices);
  }
}

void validate_mode(const Value& in,
                   std::string_view name,
                   const std::string& path,
                   FieldErrors& errors) {
  const std::int64_t mode = number_at(in, {name});
  if (mode < 0 || mode > 0777) {
    errors.invalid(below(path, name),
                   Value(mode),
                   "must be a number between 0 and 0777 (octal), both inclusive");
  }
}

}  // namespace cfkops::sandbox
