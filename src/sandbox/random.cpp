#include "random.hpp"

#include <string_view>

namespace cfkops::sandbox {

namespace {

// No vowels and nothing that looks like one: no words come about.
constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";

constexpr std::string_view kHex = "0123456789abcdef";

}  // namespace

Random::Random(std::uint64_t seed)
    : state_(seed) {}

// SplitMix64.
std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::uint64_t Random::below(std::uint64_t limit) {
  // What lies above the last whole multiple would favour the small numbers.
  const std::uint64_t uneven = (0 - limit) % limit;
  std::uint64_t number = next();
  while (number < uneven) {
    number = next();
  }
  return number % limit;
}

std::string Random::uid() {
  constexpr std::size_t kVersionDigit = 12;
  constexpr std::size_t kVariantDigit = 16;
  std::string text;
  for (std::size_t digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
      text += '-';
    }
    std::uint64_t bits = below(16);
    if (digit == kVersionDigit) {
      bits = 4;
    } else if (digit == kVariantDigit) {
      bits = 8 + bits % 4;
    }
    text += kHex.at(static_cast<std::size_t>(bits));
  }
  return text;
}

std::string Random::suffix() {
  std::string text;
  for (int length = 0; length < 5; ++length) {
    text += kAlphabet.at(static_cast<std::size_t>(below(kAlphabet.size())));
  }
  return text;
}

std::string safe_hash(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char letter : text) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= 16777619U;
  }
  std::string safe;
  for (const char digit : std::to_string(hash)) {
    safe += kAlphabet.at(static_cast<std::size_t>(digit) % kAlphabet.size());
  }
  return safe;
}

}  // namespace cfkops::sandbox
