#include "cfkops/logs/redactor.hpp"

#include "literal_scanner.hpp"
#include "secret_forms.hpp"

#include "cfkops/base/crypto.hpp"

#include <algorithm>

namespace cfkops::logs {

namespace {

/// A private key that does not end is not followed for ever.
constexpr std::size_t kMostKeyLines = 200;

constexpr std::size_t kDigits = 6;

struct Words {
  Words()
      : words(all()),
        scanner(literals(words)) {}

  static std::vector<SecretWord> all() {
    std::vector<SecretWord> all(key_words().begin(), key_words().end());
    all.insert(all.end(), token_words().begin(), token_words().end());
    return all;
  }

  static std::vector<std::string_view> literals(const std::vector<SecretWord>& words) {
    std::vector<std::string_view> literals;
    literals.reserve(words.size());
    for (const SecretWord& word : words) {
      literals.push_back(word.literal);
    }
    return literals;
  }

  std::vector<SecretWord> words;
  LiteralScanner scanner;
};

const Words& known() {
  static const Words kWords;
  return kWords;
}

std::vector<SecretPlace> places_in(std::string_view line) {
  std::vector<SecretPlace> places;
  known().scanner.scan(line, [&](std::size_t number, std::size_t end) {
    const SecretWord& word = known().words[number];
    if (const auto place = word.form(line, end - word.literal.size(), end)) {
      places.push_back(*place);
    }
  });
  // The one that reaches farthest counts where some overlap.
  std::ranges::sort(places, [](const SecretPlace& a, const SecretPlace& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  return places;
}

}  // namespace

void Redactor::replace(std::string_view secret, std::string_view kind, std::string& out) {
  const std::string digits = base::sha256_hex(salt_ + std::string(secret)).substr(0, kDigits);
  out += "[redacted ";
  out += kind;
  out += ' ';
  out += digits;
  out += ']';
  const auto count = counts_.find(kind);
  if (count == counts_.end()) {
    counts_.emplace(kind, 1);
  } else {
    ++count->second;
  }
}

std::string_view Redactor::behind_key(std::string_view line, std::string& out) {
  const std::size_t end = line.find(kKeyEnds);
  const bool over = end != std::string_view::npos;
  key_lines_ = over || key_lines_ == kMostKeyLines ? 0 : key_lines_ + 1;
  const std::size_t close =
      over ? line.find("-----", end + kKeyEnds.size()) : std::string_view::npos;
  const std::size_t behind = close == std::string_view::npos ? line.size() : close + 5;
  replace(line.substr(0, behind), kPrivateKey, out);
  return line.substr(behind);
}

void Redactor::add_line(std::string_view line, std::string& out) {
  if (key_lines_ > 0) {
    line = behind_key(line, out);
  }
  if (!known().scanner.any(line)) {
    out += line;
    return;
  }
  std::size_t at = 0;
  for (const SecretPlace& place : places_in(line)) {
    // Also where it is hidden as the value of its key.
    if (place.kind == kPrivateKey && place.end == line.size() &&
        line.find(kKeyEnds, place.begin) == std::string_view::npos) {
      key_lines_ = 1;
    }
    if (place.end <= at) {
      continue;
    }
    const std::size_t begin = std::max(place.begin, at);
    out += line.substr(at, begin - at);
    replace(line.substr(begin, place.end - begin), place.kind, out);
    at = place.end;
  }
  out += line.substr(at);
}

std::string Redactor::text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    add_line(text.substr(0, end), out);
    if (end == std::string_view::npos) {
      break;
    }
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace cfkops::logs
