#include "cfkops/base/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace cfkops::base {

namespace {

constexpr Int128 kUnit = 1'000'000'000;
constexpr Int128 kMost = Int128{std::numeric_limits<std::int64_t>::max()} * kUnit;
constexpr std::string_view kDigits = "0123456789";

/// What a number is multiplied with: a power of ten, or of two.
struct Suffix {
  std::string_view text;
  int decimal = 0;
  int binary = 0;
};

constexpr std::array<Suffix, 16> kSuffixes = {{{"", 0, 0},
                                               {"n", -9, 0},
                                               {"u", -6, 0},
                                               {"m", -3, 0},
                                               {"k", 3, 0},
                                               {"M", 6, 0},
                                               {"G", 9, 0},
                                               {"T", 12, 0},
                                               {"P", 15, 0},
                                               {"E", 18, 0},
                                               {"Ki", 0, 10},
                                               {"Mi", 0, 20},
                                               {"Gi", 0, 30},
                                               {"Ti", 0, 40},
                                               {"Pi", 0, 50},
                                               {"Ei", 0, 60}}};

/// A quantity as it is written, less its sign.
struct Written {
  std::string whole;  ///< the digits before the point, without leading zeros
  std::string fraction;
  Suffix suffix;
};

std::string_view take_digits(std::string_view& rest) {
  const std::string_view taken = rest.substr(0, rest.find_first_not_of(kDigits));
  rest.remove_prefix(taken.size());
  return taken;
}

/// "e3" or "E-3"; the exponents that make a difference.
std::optional<Suffix> read_exponent(std::string_view text) {
  constexpr int kMostExponent = 100;
  if (!text.starts_with('e') && !text.starts_with('E')) {
    return std::nullopt;
  }
  std::string_view digits = text.substr(1);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  if (digits.empty() || digits.find_first_not_of(kDigits) != std::string_view::npos) {
    return std::nullopt;
  }
  int exponent = kMostExponent;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  exponent = std::min(exponent, kMostExponent);
  return Suffix{text, negative ? -exponent : exponent, 0};
}

std::optional<Suffix> read_suffix(std::string_view text) {
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.text == text) {
      return suffix;
    }
  }
  return read_exponent(text);
}

std::optional<Written> read(std::string_view rest) {
  Written written;
  const std::string_view whole = take_digits(rest);
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
  }
  const auto suffix = read_suffix(rest);
  if ((whole.empty() && fraction.empty()) || !suffix) {
    return std::nullopt;
  }
  written.whole = whole.substr(std::min(whole.find_first_not_of('0'), whole.size()));
  written.fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  written.suffix = *suffix;
  return written;
}

Int128 number(std::string_view digits) {
  Int128 value = 0;
  for (const char digit : digits) {
    value = value * 10 + (digit - '0');
  }
  return value;
}

Int128 power_of_ten(std::size_t exponent) {
  Int128 value = 1;
  for (std::size_t i = 0; i < exponent; ++i) {
    value *= 10;
  }
  return value;
}

/// digits × 10^exponent, rounded up, at most kMost.
Int128 decimal_nanos(std::string digits, int exponent) {
  constexpr std::size_t kMostDigits = 28;
  bool rest = false;
  if (exponent < 0) {
    const std::size_t cut = std::min(digits.size(), static_cast<std::size_t>(-exponent));
    rest = digits.find_first_not_of('0', digits.size() - cut) != std::string::npos;
    digits.resize(digits.size() - cut);
  } else {
    digits.append(static_cast<std::size_t>(exponent), '0');
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > kMostDigits) {
    return kMost;
  }
  return std::min(kMost, number(digits) + (rest ? 1 : 0));
}

/// whole.fraction × 2^exponent in nanos, rounded up, at most kMost.
Int128 binary_nanos(const Written& written) {
  constexpr std::size_t kMostWhole = 19;
  constexpr std::size_t kMostFraction = 18;
  const Int128 factor = Int128{1} << static_cast<unsigned>(written.suffix.binary);
  if (written.whole.size() > kMostWhole) {
    return kMost;
  }
  const Int128 whole = number(written.whole) * factor;
  if (whole > kMost / kUnit) {
    return kMost;
  }
  const std::string fraction = written.fraction.substr(0, kMostFraction);
  const Int128 scale = power_of_ten(fraction.size());
  const Int128 part = number(fraction) * factor;
  const Int128 below = part % scale * kUnit;
  const bool rest = below % scale != 0 || fraction.size() < written.fraction.size();
  return std::min(kMost, (whole + part / scale) * kUnit + below / scale + (rest ? 1 : 0));
}

/// The largest suffix that divides the amount, and how often it fits.
std::string shortest(Int128 nanos, bool binary) {
  std::string text = "0";
  Int128 best = 0;
  for (const Suffix& suffix : kSuffixes) {
    const bool fits_kind =
        suffix.text.empty() || suffix.decimal < 0 || (suffix.binary > 0) == binary;
    const int exponent = suffix.decimal + 9;
    const Int128 unit = suffix.binary > 0
                            ? (Int128{1} << static_cast<unsigned>(suffix.binary)) * kUnit
                            : power_of_ten(static_cast<std::size_t>(exponent));
    if (fits_kind && nanos != 0 && nanos % unit == 0 && unit > best) {
      best = unit;
      text = fmt::format("{}{}", nanos / unit, suffix.text);
    }
  }
  return text;
}

}  // namespace

std::optional<Quantity> Quantity::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto written = read(negative || text.starts_with('+') ? text.substr(1) : text);
  if (!written) {
    return std::nullopt;
  }
  const int fraction = static_cast<int>(std::min<std::size_t>(written->fraction.size(), 100'000));
  const Int128 nanos = written->suffix.binary > 0
                           ? binary_nanos(*written)
                           : decimal_nanos(written->whole + written->fraction,
                                           written->suffix.decimal - fraction + 9);
  return Quantity{negative ? -nanos : nanos, std::string(text)};
}

std::optional<Quantity> Quantity::of_nanos(Int128 nanos, bool binary) {
  if (nanos > kMost || nanos < -kMost) {
    return std::nullopt;
  }
  return Quantity{nanos, shortest(nanos, binary)};
}

}  // namespace cfkops::base
