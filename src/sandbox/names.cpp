#include "names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::sandbox {

namespace {

constexpr int kLabelLength = 63;
constexpr int kSubdomainLength = 253;

constexpr std::string_view kQualified =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

constexpr std::string_view kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    "for validation is "
    R"('[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))";

constexpr std::string_view kLabel =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

constexpr std::string_view k1035Label =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

constexpr std::string_view kLabelValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value', "
    " or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

bool is_small(char letter) {
  return letter >= 'a' && letter <= 'z';
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

bool is_small_or_digit(char letter) {
  return is_small(letter) || is_digit(letter);
}

bool is_alphanumeric(char letter) {
  return is_small_or_digit(letter) || (letter >= 'A' && letter <= 'Z');
}

bool is_label(std::string_view text) {
  return !text.empty() && is_small_or_digit(text.front()) && is_small_or_digit(text.back()) &&
         std::ranges::all_of(
             text, [](char letter) { return is_small_or_digit(letter) || letter == '-'; });
}

bool is_subdomain(std::string_view text) {
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
    if (!is_label(text.substr(0, dot))) {
      return false;
    }
    text.remove_prefix(dot + 1);
  }
  return is_label(text);
}

bool is_qualified(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char letter) {
           return is_alphanumeric(letter) || letter == '-' || letter == '_' || letter == '.';
         });
}

bool longer_than(std::string_view text, int most) {
  return text.size() > static_cast<std::size_t>(most);
}

}  // namespace

std::string too_many_letters(int most) {
  return fmt::format("must be no more than {} characters", most);
}

Faults dns_subdomain_faults(std::string_view name) {
  Faults faults;
  if (longer_than(name, kSubdomainLength)) {
    faults.push_back(too_many_letters(kSubdomainLength));
  }
  if (!is_subdomain(name)) {
    faults.emplace_back(kSubdomain);
  }
  return faults;
}

Faults dns_label_faults(std::string_view name) {
  Faults faults;
  if (longer_than(name, kLabelLength)) {
    faults.push_back(too_many_letters(kLabelLength));
  }
  if (!is_label(name)) {
    faults.emplace_back(is_subdomain(name) ? "must not contain dots" : kLabel);
  }
  return faults;
}

Faults dns1035_label_faults(std::string_view name) {
  Faults faults;
  if (longer_than(name, kLabelLength)) {
    faults.push_back(too_many_letters(kLabelLength));
  }
  if (!is_label(name) || !is_small(name.front())) {
    faults.emplace_back(k1035Label);
  }
  return faults;
}

Faults qualified_name_faults(std::string_view name) {
  Faults faults;
  const std::size_t slash = name.find('/');
  if (slash != std::string_view::npos) {
    if (name.find('/', slash + 1) != std::string_view::npos) {
      return {
          fmt::format("a qualified name {} with an optional DNS subdomain prefix and '/' (e.g. "
                      "'example.com/MyName')",
                      kQualified)};
    }
    const std::string_view prefix = name.substr(0, slash);
    if (prefix.empty()) {
      faults.emplace_back("prefix part must be non-empty");
    } else {
      for (const std::string& fault : dns_subdomain_faults(prefix)) {
        faults.push_back("prefix part " + fault);
      }
    }
    name.remove_prefix(slash + 1);
  }
  if (name.empty()) {
    faults.emplace_back("name part must be non-empty");
  } else if (longer_than(name, kLabelLength)) {
    faults.push_back("name part " + too_many_letters(kLabelLength));
  }
  if (!is_qualified(name)) {
    faults.push_back(fmt::format("name part {}", kQualified));
  }
  return faults;
}

Faults label_value_faults(std::string_view value) {
  Faults faults;
  if (longer_than(value, kLabelLength)) {
    faults.push_back(too_many_letters(kLabelLength));
  }
  if (!value.empty() && !is_qualified(value)) {
    faults.emplace_back(kLabelValue);
  }
  return faults;
}

Faults path_segment_faults(std::string_view name) {
  if (name == "." || name == "..") {
    return {fmt::format("may not be '{}'", name)};
  }
  Faults faults;
  for (const std::string_view letter : {"/", "%"}) {
    if (name.find(letter) != std::string_view::npos) {
      faults.push_back(fmt::format("may not contain '{}'", letter));
    }
  }
  return faults;
}

}  // namespace cfkops::sandbox
