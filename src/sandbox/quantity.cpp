#include "decode.hpp"
#include "quantity_digits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

enum class Format { DecimalSi, BinarySi, DecimalExponent };

struct Suffix {
  std::string_view text;
  Format format;
  int exponent;  ///< of 10, or of 2
};

constexpr std::array<Suffix, 16> kSuffixes = {{{"", Format::DecimalSi, 0},
                                               {"n", Format::DecimalSi, -9},
                                               {"u", Format::DecimalSi, -6},
                                               {"m", Format::DecimalSi, -3},
                                               {"k", Format::DecimalSi, 3},
                                               {"M", Format::DecimalSi, 6},
                                               {"G", Format::DecimalSi, 9},
                                               {"T", Format::DecimalSi, 12},
                                               {"P", Format::DecimalSi, 15},
                                               {"E", Format::DecimalSi, 18},
                                               {"Ki", Format::BinarySi, 10},
                                               {"Mi", Format::BinarySi, 20},
                                               {"Gi", Format::BinarySi, 30},
                                               {"Ti", Format::BinarySi, 40},
                                               {"Pi", Format::BinarySi, 50},
                                               {"Ei", Format::BinarySi, 60}}};

/// Smaller parts are rounded up.
constexpr int kLeastExponent = -9;
/// Exponents are bounded; the API server would run out of memory.
constexpr int kMostExponent = 1000;
constexpr std::string_view kMostBinary = "9223372036854775807";

/// A quantity as it is written.
struct Written {
  bool negative = false;
  std::string_view whole = {};     ///< digits before the point, without leading zeros
  std::string_view fraction = {};  ///< digits behind it
  std::string_view suffix = {};
};

std::string_view take(std::string_view& rest, std::string_view letters) {
  const std::string_view taken = rest.substr(0, rest.find_first_not_of(letters));
  rest.remove_prefix(taken.size());
  return taken;
}

std::optional<Written> split(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  Written written;
  if (text.starts_with('-') || text.starts_with('+')) {
    written.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  take(text, "0");
  written.whole = take(text, kDigits);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    written.fraction = take(text, kDigits);
  }
  const std::string_view before = text;
  take(text, "eEinumkKMGTP");
  if (text.starts_with('-') || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  take(text, kDigits);
  written.suffix = before;
  return text.empty() ? std::optional(written) : std::nullopt;
}

std::optional<Suffix> suffix_of(std::string_view text) {
  const auto* const known = std::ranges::find(kSuffixes, text, &Suffix::text);
  if (known != kSuffixes.end()) {
    return *known;
  }
  if (text.size() < 2 || (text.front() != 'e' && text.front() != 'E')) {
    return std::nullopt;
  }
  std::string_view digits = text.substr(1);
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  int exponent = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, exponent);
  if (error != std::errc() || end != last || exponent < -kMostExponent ||
      exponent > kMostExponent) {
    return std::nullopt;
  }
  return Suffix{text, Format::DecimalExponent, exponent};
}

/// digits × 10^exponent
struct Amount {
  bool negative = false;
  std::string digits = {};  ///< "" is zero
  int exponent = 0;
  Format format = Format::DecimalSi;
};

/// Rounds away from zero what is smaller than 10^least.
void round_up(Amount& amount, int least) {
  if (amount.exponent >= least) {
    return;
  }
  const auto cut = static_cast<std::size_t>(least - amount.exponent);
  const std::size_t kept = amount.digits.size() - std::min(cut, amount.digits.size());
  const bool exact = amount.digits.find_first_not_of('0', kept) == std::string::npos;
  amount.digits.resize(kept);
  amount.exponent = least;
  if (!exact) {
    add_one(amount.digits);
  }
}

/// digits as a whole number, if it is one.
std::optional<std::string> whole_digits(const Amount& amount) {
  if (amount.exponent >= 0) {
    return amount.digits + std::string(static_cast<std::size_t>(amount.exponent), '0');
  }
  const auto cut = static_cast<std::size_t>(-amount.exponent);
  const std::size_t kept = amount.digits.size() - std::min(cut, amount.digits.size());
  if (amount.digits.find_first_not_of('0', kept) != std::string::npos) {
    return std::nullopt;
  }
  return amount.digits.substr(0, kept);
}

bool is_below(const Amount& amount, std::string_view whole) {
  Amount floor = amount;
  if (floor.exponent < 0) {
    const auto cut = static_cast<std::size_t>(-floor.exponent);
    floor.digits.resize(floor.digits.size() - std::min(cut, floor.digits.size()));
    floor.exponent = 0;
  }
  return compare_digits(whole_digits(floor).value_or(""), whole) < 0;
}

Amount amount_of(const Written& written, const Suffix& suffix) {
  Amount amount;
  amount.negative = written.negative;
  amount.format = suffix.format;
  amount.digits = std::string(written.whole) + std::string(written.fraction);
  strip_leading_zeros(amount.digits);
  amount.exponent = -static_cast<int>(written.fraction.size());
  if (suffix.format == Format::BinarySi) {
    for (int shifted = 0; shifted < suffix.exponent; shifted += 10) {
      multiply(amount.digits, 1024);
    }
  } else {
    amount.exponent += suffix.exponent;
  }
  round_up(amount, kLeastExponent);
  if (suffix.format == Format::BinarySi && !is_below(amount, kMostBinary)) {
    amount.digits = kMostBinary;
    amount.exponent = 0;
  }
  return amount;
}

/// It is canonical as it was written, as far as the parser can see at once.
bool stays(const Written& written, const Suffix& suffix) {
  const std::string digits = std::string(written.whole) + std::string(written.fraction);
  if (suffix.format == Format::BinarySi) {
    const int room = 15 - static_cast<int>(written.whole.size()) - suffix.exponent * 3 / 10 - 1;
    return written.fraction.empty() && room >= 0 && !written.whole.empty() &&
           digits_modulo(digits, 8) != 0;
  }
  const int scale = suffix.exponent - static_cast<int>(written.fraction.size());
  return digits.size() <= 18 && scale >= kLeastExponent && scale % 3 == 0 &&
         !digits.ends_with("000") && !written.whole.empty();
}

std::string decimal_text(const Amount& amount, Format format) {
  std::string digits = amount.digits;
  int exponent = amount.exponent;
  while (digits.ends_with('0')) {
    digits.pop_back();
    ++exponent;
  }
  while (exponent % 3 != 0) {
    digits += '0';
    --exponent;
  }
  std::string suffix;
  if (format == Format::DecimalSi) {
    const auto* const known = std::ranges::find_if(kSuffixes, [exponent](const Suffix& one) {
      return one.format == Format::DecimalSi && one.exponent == exponent;
    });
    suffix = known == kSuffixes.end() ? std::string_view() : known->text;
  } else if (exponent != 0) {
    suffix = fmt::format("e{}", exponent);
  }
  return digits + suffix;
}

std::string binary_text(std::string digits) {
  int exponent = 0;
  while (exponent < 60 && digits_modulo(digits, 1024) == 0) {
    divide(digits, 1024);
    exponent += 10;
  }
  const auto* const known = std::ranges::find_if(kSuffixes, [exponent](const Suffix& one) {
    return exponent != 0 && one.format == Format::BinarySi && one.exponent == exponent;
  });
  return digits + std::string(known == kSuffixes.end() ? std::string_view() : known->text);
}

std::string text_of(const Amount& amount) {
  if (amount.digits.empty()) {
    return "0";
  }
  const std::string sign = amount.negative ? "-" : "";
  if (amount.format != Format::BinarySi) {
    return sign + decimal_text(amount, amount.format);
  }
  auto whole = whole_digits(amount);
  if (!whole || is_below(amount, "1024")) {
    return sign + decimal_text(amount, Format::DecimalSi);
  }
  return sign + binary_text(*std::move(whole));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

}  // namespace

Answer<std::string> canonical_quantity(std::string_view text) {
  text = trimmed(text);
  const auto written = text.empty() ? std::nullopt : split(text);
  if (!written) {
    return refuse(
        bad_request("quantities must match the regular expression "
                    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"));
  }
  const auto suffix = suffix_of(written->suffix);
  if (!suffix) {
    return refuse(bad_request("unable to parse quantity's suffix"));
  }
  if (stays(*written, *suffix)) {
    return std::string(text);
  }
  return text_of(amount_of(*written, *suffix));
}

std::int64_t quantity_milli(std::string_view text) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto written = split(trimmed(text));
  const auto suffix = written ? suffix_of(written->suffix) : std::nullopt;
  if (!suffix) {
    return 0;
  }
  Amount amount = amount_of(*written, *suffix);
  round_up(amount, -3);
  amount.exponent += 3;
  const std::string digits = whole_digits(amount).value_or("");
  std::int64_t milli = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), milli);
  if (error == std::errc::result_out_of_range) {
    milli = kMost;
  }
  return amount.negative ? -milli : milli;
}

}  // namespace cfkops::sandbox
