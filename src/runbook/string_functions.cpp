#include "builtins.hpp"
#include "string_literal.hpp"

#include "cfkops/base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

namespace cfkops::runbook {

namespace {

/// A text by its characters: CEL counts code points, not bytes.
class Characters {
 public:
  explicit Characters(std::string_view text)
      : text_(text) {
    for (std::size_t at = 0; at < text.size(); at += base::decode_utf8(text, at).size) {
      starts_.push_back(at);
    }
    starts_.push_back(text.size());
  }

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(starts_.size()) - 1; }

  /// The byte at which character `index` starts; `index` is at most `size()`.
  [[nodiscard]] std::size_t byte(std::int64_t index) const {
    return starts_[static_cast<std::size_t>(index)];
  }

  /// The character that starts at `byte`.
  [[nodiscard]] std::int64_t index(std::size_t byte) const {
    return std::lower_bound(starts_.begin(), starts_.end(), byte) - starts_.begin();
  }

  /// The characters from `begin` up to `end`.
  [[nodiscard]] std::string_view part(std::int64_t begin, std::int64_t end) const {
    return text_.substr(byte(begin), byte(end) - byte(begin));
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

const std::string* text_at(const FunctionCall& call, std::size_t index) {
  return index < call.arguments.size() ? call.arguments[index].as<std::string>() : nullptr;
}

/// The int at `index`; where there is none, `fallback`; nothing where it is something else.
std::optional<std::int64_t> int_at(const FunctionCall& call,
                                   std::size_t index,
                                   std::int64_t fallback) {
  if (index >= call.arguments.size()) {
    return fallback;
  }
  const auto* number = call.arguments[index].as<std::int64_t>();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

tl::unexpected<std::string> out_of_range(std::int64_t index) {
  return wrong(fmt::format("index out of range: {}", index));
}

template <class Change>
Computed changed(std::string_view name, const FunctionCall& call, Change change) {
  const auto* text = text_at(call, 0);
  if (text == nullptr) {
    return no_overload(name, call.arguments);
  }
  std::string result = *text;
  change(result);
  return Value(std::move(result));
}

/// Unicode's white space.
bool is_space(char32_t c) {
  constexpr std::array<char32_t, 9> kOthers = {
      0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x2000 && c <= 0x200A) ||
         std::find(kOthers.begin(), kOthers.end(), c) != kOthers.end();
}

/// The last place of `part` in `text` that starts at byte `from` at the latest; npos without one.
/// Backwards is a search for the first place.
std::size_t find_last(std::string_view text, std::string_view part, std::size_t from) {
  std::string head(text.substr(0, from + part.size()));
  std::string needle(part);
  std::reverse(head.begin(), head.end());
  std::reverse(needle.begin(), needle.end());
  const std::size_t at = find_text(head, needle, 0);
  return at == std::string_view::npos ? at : head.size() - at - part.size();
}

/// text cut at every `part`, at most `most` pieces; by characters where `part` is empty.
ValueList pieces(std::string_view text, std::string_view part, std::size_t most) {
  ValueList list;
  std::size_t begin = 0;
  while (list.size() + 1 < most) {
    const bool letters = part.empty() && begin < text.size();
    const std::size_t at =
        letters ? begin + base::decode_utf8(text, begin).size : find_text(text, part, begin);
    const bool done = at == std::string_view::npos || (part.empty() && at >= text.size());
    if (done) {
      break;
    }
    list.emplace_back(text.substr(begin, at - begin));
    begin = at + part.size();
  }
  if (!part.empty() || begin < text.size()) {
    list.emplace_back(text.substr(begin));
  }
  return list;
}

/// How many of `limit` there may be: a negative one is none at all.
std::size_t at_most(std::int64_t limit) {
  return limit < 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(limit);
}

std::string replaced(std::string_view text,
                     std::string_view old,
                     std::string_view with,
                     std::size_t most) {
  std::string result;
  std::size_t begin = 0;
  for (std::size_t count = 0; count < most; ++count) {
    std::size_t at = begin;
    if (!old.empty()) {
      at = find_text(text, old, begin);
    } else if (count > 0) {
      at = begin < text.size() ? begin + base::decode_utf8(text, begin).size
                               : std::string_view::npos;
    }
    if (at == std::string_view::npos) {
      break;
    }
    result += text.substr(begin, at - begin);
    result += with;
    begin = at + old.size();
  }
  return result + std::string(text.substr(begin));
}

/// A pattern may match single bytes of a character, which are no text.
tl::expected<ValueList, std::string> matches_of(const FunctionCall& call,
                                                const std::string& text,
                                                const std::string& pattern,
                                                std::size_t most) {
  const auto found = call.regexes.find(text, pattern, most);
  if (!found) {
    return wrong(found.error());
  }
  ValueList list;
  for (const std::string& one : *found) {
    if (!is_utf8(one)) {
      return wrong("'" + pattern + "' matches a part of a character");
    }
    list.emplace_back(one);
  }
  return list;
}

}  // namespace

std::size_t find_text(std::string_view text, std::string_view part, std::size_t from) {
  if (from > text.size()) {
    return std::string_view::npos;
  }
  if (part.empty()) {
    return from;
  }
  const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t count_parts(std::string_view text, std::string_view part) {
  if (part.empty()) {
    return static_cast<std::size_t>(base::count_code_points(text)) + 1;
  }
  std::size_t count = 0;
  for (std::size_t at = find_text(text, part, 0); at != std::string_view::npos;
       at = find_text(text, part, at + part.size())) {
    ++count;
  }
  return count;
}

Computed char_at(const FunctionCall& call) {
  const auto* text = text_at(call, 0);
  const auto index = int_at(call, 1, 0);
  if (text == nullptr || !index) {
    return no_overload("charAt", call.arguments);
  }
  const Characters characters(*text);
  if (*index < 0 || *index > characters.size()) {
    return out_of_range(*index);
  }
  return Value(characters.part(*index, std::min(*index + 1, characters.size())));
}

Computed index_of(const FunctionCall& call) {
  if (call.arguments[0].list() != nullptr) {
    return index_in_list(call, false);
  }
  const auto* text = text_at(call, 0);
  const auto* part = text_at(call, 1);
  const auto from = int_at(call, 2, 0);
  if (text == nullptr || part == nullptr || !from) {
    return no_overload("indexOf", call.arguments);
  }
  const Characters characters(*text);
  if (*from < 0 || *from > characters.size()) {
    return out_of_range(*from);
  }
  const std::size_t found = find_text(*text, *part, characters.byte(*from));
  return Value(found == std::string_view::npos ? -1 : characters.index(found));
}

Computed last_index_of(const FunctionCall& call) {
  if (call.arguments[0].list() != nullptr) {
    return index_in_list(call, true);
  }
  const auto* text = text_at(call, 0);
  const auto* part = text_at(call, 1);
  const Characters characters(text == nullptr ? std::string_view() : std::string_view(*text));
  const auto from = int_at(call, 2, characters.size());
  if (text == nullptr || part == nullptr || !from) {
    return no_overload("lastIndexOf", call.arguments);
  }
  if (*from < 0 || *from > characters.size()) {
    return out_of_range(*from);
  }
  if (part->empty()) {
    return Value(*from);
  }
  const std::size_t found = find_last(*text, *part, characters.byte(*from));
  return Value(found == std::string_view::npos ? -1 : characters.index(found));
}

Computed lower_ascii(const FunctionCall& call) {
  return changed("lowerAscii", call, [](std::string& text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  });
}

Computed upper_ascii(const FunctionCall& call) {
  return changed("upperAscii", call, [](std::string& text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  });
}

Computed reverse(const FunctionCall& call) {
  return changed("reverse", call, [](std::string& text) {
    const std::string forwards = text;
    const Characters characters(forwards);
    text.clear();
    for (std::int64_t i = characters.size(); i > 0; --i) {
      text += characters.part(i - 1, i);
    }
  });
}

Computed trim(const FunctionCall& call) {
  return changed("trim", call, [](std::string& text) {
    std::size_t begin = text.size();
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();) {
      const base::CodePoint character = base::decode_utf8(text, at);
      if (!is_space(character.value)) {
        begin = std::min(begin, at);
        end = at + character.size;
      }
      at += character.size;
    }
    text = begin < end ? text.substr(begin, end - begin) : std::string();
  });
}

Computed quote(const FunctionCall& call) {
  return changed("strings.quote", call, [](std::string& text) {
    constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\"\\";
    constexpr std::string_view kNames = "abfnrtv\"\\";
    std::string quoted = "\"";
    for (std::size_t at = 0; at < text.size();) {
      const base::CodePoint character = base::decode_utf8(text, at);
      const std::size_t escape = kEscaped.find(text[at]);
      if (escape != std::string_view::npos) {
        quoted += '\\';
        quoted += kNames[escape];
      } else {
        append_utf8(quoted, character.valid ? character.value : U'\uFFFD');
      }
      at += character.size;
    }
    text = quoted + '"';
  });
}

Computed replace(const FunctionCall& call) {
  const auto* text = text_at(call, 0);
  const auto* old = text_at(call, 1);
  const auto* with = text_at(call, 2);
  const auto most = int_at(call, 3, -1);
  if (text == nullptr || old == nullptr || with == nullptr || !most) {
    return no_overload("replace", call.arguments);
  }
  return Value(replaced(*text, *old, *with, at_most(*most)));
}

Computed split(const FunctionCall& call) {
  const auto* text = text_at(call, 0);
  const auto* part = text_at(call, 1);
  const auto most = int_at(call, 2, -1);
  if (text == nullptr || part == nullptr || !most) {
    return no_overload("split", call.arguments);
  }
  return Value(*most == 0 ? ValueList() : pieces(*text, *part, at_most(*most)));
}

Computed substring(const FunctionCall& call) {
  const auto* text = text_at(call, 0);
  const Characters characters(text == nullptr ? std::string_view() : std::string_view(*text));
  const auto begin = int_at(call, 1, 0);
  const auto end = int_at(call, 2, characters.size());
  if (text == nullptr || !begin || !end) {
    return no_overload("substring", call.arguments);
  }
  for (const std::int64_t index : {*begin, *end}) {
    if (index < 0 || index > characters.size()) {
      return out_of_range(index);
    }
  }
  if (*begin > *end) {
    return wrong(fmt::format("the part ends at {}, before it starts at {}", *end, *begin));
  }
  return Value(characters.part(*begin, *end));
}

Computed find_match(const FunctionCall& call) {
  const auto* text = text_at(call, 0);
  const auto* pattern = text_at(call, 1);
  if (text == nullptr || pattern == nullptr) {
    return no_overload("find", call.arguments);
  }
  return matches_of(call, *text, *pattern, 1).map([](ValueList found) {
    return found.empty() ? Value("") : found.front();
  });
}

Computed find_all_matches(const FunctionCall& call) {
  const auto* text = text_at(call, 0);
  const auto* pattern = text_at(call, 1);
  const auto most = int_at(call, 2, -1);
  if (text == nullptr || pattern == nullptr || !most) {
    return no_overload("findAll", call.arguments);
  }
  return matches_of(call, *text, *pattern, at_most(*most)).map([](ValueList found) {
    return Value(std::move(found));
  });
}

}  // namespace cfkops::runbook
