#include "ambiguous.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace cfkops::runbook {

namespace {

struct Word {
  std::string_view text;
  std::string_view meaning;
};

constexpr std::array<Word, 6> kWords = {{{"yes", "true"},
                                         {"no", "false"},
                                         {"on", "true"},
                                         {"off", "false"},
                                         {"y", "true"},
                                         {"n", "false"}}};

/// What a number with a leading zero may mean: the octal number, or the digits without the zero.
std::string meanings(std::string_view sign, std::string_view digits) {
  const std::string_view rest =
      digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  std::uint64_t octal = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, octal, 8);
  if (!sign.empty() || error != std::errc() || stop != end) {
    return fmt::format("{}{}", sign, rest);
  }
  return fmt::format("0o{} or {} for an octal number, {} for a decimal one", rest, octal, rest);
}

}  // namespace

std::optional<std::string> ambiguity(std::string_view text) {
  const std::string word = base::lower(text);
  for (const Word& known : kWords) {
    if (word == known.text) {
      return fmt::format("write {}, or \"{}\" in quotes for text", known.meaning, text);
    }
  }
  std::string_view digits = text;
  if (digits.starts_with('+') || digits.starts_with('-')) {
    digits.remove_prefix(1);
  }
  if (digits.size() < 2 || digits.front() != '0' ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view sign = text.substr(0, text.size() - digits.size());
  return fmt::format("write {}, or \"{}\" in quotes for text", meanings(sign, digits), text);
}

bool is_text(const Type& type) {
  switch (type.kind) {
    case Type::Kind::String:
    case Type::Kind::Bytes:
    case Type::Kind::Duration:
    case Type::Kind::Timestamp:
    case Type::Kind::Enum:
    case Type::Kind::Ref:
    case Type::Kind::Secret:
      return true;
    default:
      return false;
  }
}

}  // namespace cfkops::runbook
