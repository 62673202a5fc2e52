#include "decode_types.hpp"
#include "refusal.hpp"

#include "cfkops/base/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// One part of the layout in which Go reads a time.
struct Part {
  std::string_view layout;
  std::size_t most;  ///< digits; 0 for what stands as it is
  std::size_t least;
  int from;
  int to;
  std::string_view name;
};

constexpr std::array<Part, 11> kParts = {{{"2006", 4, 4, 0, 9999, "year"},
                                          {"-", 0, 0, 0, 0, ""},
                                          {"01", 2, 2, 1, 12, "month"},
                                          {"-", 0, 0, 0, 0, ""},
                                          {"02", 2, 2, 1, 31, "day"},
                                          {"T", 0, 0, 0, 0, ""},
                                          {"15", 2, 1, 0, 23, "hour"},
                                          {":", 0, 0, 0, 0, ""},
                                          {"04", 2, 2, 0, 59, "minute"},
                                          {":", 0, 0, 0, 0, ""},
                                          {"05", 2, 2, 0, 59, "second"}}};

constexpr std::string_view kZone = "Z07:00";
constexpr std::string_view kMicro = ".000000";

std::size_t count_digits(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789");
  return end == std::string_view::npos ? text.size() : end;
}

class TimeReader {
 public:
  TimeReader(std::string_view text, bool micro)
      : text_(text),
        rest_(text),
        micro_(micro) {}

  /// What is wrong with it, "" for nothing.
  std::string check() {
    for (const Part& part : kParts) {
      if (!(part.most == 0 ? take_literal(part.layout) : take_number(part))) {
        return error_;
      }
    }
    if (!take_fraction() || !take_zone()) {
      return error_;
    }
    if (!rest_.empty()) {
      error_ = fmt::format("parsing time {}: extra text: {}", go_quoted(text_), go_quoted(rest_));
    }
    return error_;
  }

 private:
  bool fail(std::string_view part) {
    const std::string layout =
        fmt::format("2006-01-02T15:04:05{}{}", micro_ ? kMicro : std::string_view(), kZone);
    error_ = fmt::format("parsing time {} as {}: cannot parse {} as {}",
                         go_quoted(text_),
                         go_quoted(layout),
                         go_quoted(rest_),
                         go_quoted(part));
    return false;
  }

  bool take_literal(std::string_view literal) {
    if (!rest_.starts_with(literal)) {
      return fail(literal);
    }
    rest_.remove_prefix(literal.size());
    return true;
  }

  bool take_number(const Part& part) {
    const std::size_t digits = std::min(count_digits(rest_), part.most);
    if (digits < part.least) {
      return fail(part.layout);
    }
    int number = 0;
    for (const char digit : rest_.substr(0, digits)) {
      number = number * 10 + (digit - '0');
    }
    if (number < part.from || number > part.to) {
      error_ = fmt::format("parsing time {}: {} out of range", go_quoted(text_), part.name);
      return false;
    }
    rest_.remove_prefix(digits);
    return true;
  }

  bool take_fraction() {
    const bool has_point = !rest_.empty() && (rest_.front() == '.' || rest_.front() == ',');
    const std::size_t digits = has_point ? count_digits(rest_.substr(1)) : 0;
    if (micro_ && digits < kMicro.size() - 1) {
      return fail(kMicro);
    }
    const std::size_t length = micro_ ? kMicro.size() : digits == 0 ? 0 : digits + 1;
    rest_.remove_prefix(length);
    return true;
  }

  bool take_zone() {
    if (rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      return true;
    }
    const bool is_offset = rest_.size() >= 6 && (rest_[0] == '+' || rest_[0] == '-') &&
                           count_digits(rest_.substr(1)) == 2 && rest_[3] == ':' &&
                           count_digits(rest_.substr(4)) >= 2;
    if (!is_offset) {
      return fail(kZone);
    }
    rest_.remove_prefix(6);
    return true;
  }

  std::string_view text_;
  std::string_view rest_;
  bool micro_;
  std::string error_;
};

}  // namespace

tl::expected<std::string, std::string> canonical_time(const std::string& text, bool micro) {
  std::string error = TimeReader(text, micro).check();
  if (!error.empty()) {
    return tl::unexpected(std::move(error));
  }
  const auto time = base::parse_rfc3339(text);
  if (!time) {
    return tl::unexpected(fmt::format("parsing time {}: day out of range", go_quoted(text)));
  }
  std::string canonical = base::format_rfc3339(*time);
  if (!micro) {
    canonical = canonical.substr(0, canonical.find('.')) + "Z";
  }
  return canonical;
}

}  // namespace cfkops::sandbox
