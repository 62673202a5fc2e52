#include "quantity_digits.hpp"

#include <algorithm>

namespace cfkops::sandbox {

namespace {

unsigned number_of(char digit) {
  return static_cast<unsigned>(digit - '0');
}

char digit_of(unsigned number) {
  return static_cast<char>('0' + static_cast<int>(number % 10));
}

/// To the number that the digits give when multiplied, `carry` is added.
void multiply_and_add(std::string& digits, unsigned factor, unsigned carry) {
  for (std::size_t at = digits.size(); at-- > 0;) {
    carry += number_of(digits[at]) * factor;
    digits[at] = digit_of(carry);
    carry /= 10;
  }
  std::string front;
  for (; carry != 0; carry /= 10) {
    front += digit_of(carry);
  }
  std::ranges::reverse(front);
  digits.insert(0, front);
}

}  // namespace

void strip_leading_zeros(std::string& digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
}

void add_one(std::string& digits) {
  multiply_and_add(digits, 1, 1);
}

void multiply(std::string& digits, unsigned factor) {
  multiply_and_add(digits, factor, 0);
}

void divide(std::string& digits, unsigned divisor) {
  unsigned rest = 0;
  for (char& digit : digits) {
    rest = rest * 10 + number_of(digit);
    digit = digit_of(rest / divisor);
    rest %= divisor;
  }
  strip_leading_zeros(digits);
}

unsigned digits_modulo(std::string_view digits, unsigned divisor) {
  unsigned rest = 0;
  for (const char digit : digits) {
    rest = (rest * 10 + number_of(digit)) % divisor;
  }
  return rest;
}

int compare_digits(std::string_view first, std::string_view second) {
  if (first.size() != second.size()) {
    return first.size() < second.size() ? -1 : 1;
  }
  return first.compare(second);
}

}  // namespace cfkops::sandbox
