#include "format_generator.hpp"

#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace cfkops::runbook {

namespace {

using Where = CommentPromise::Where;

constexpr std::array<std::string_view, 38> kScalars = {"plain",
                                                       "two words",
                                                       "\"quoted\"",
                                                       "'single'",
                                                       "\"1\"",
                                                       "1",
                                                       "'~'",
                                                       "null",
                                                       "\"yes\"",
                                                       "true",
                                                       "'true'",
                                                       "1e3",
                                                       "\"1e3\"",
                                                       "\"0o7\"",
                                                       "0x1F",
                                                       ".inf",
                                                       "'.inf'",
                                                       "\"a: b\"",
                                                       "'it''s'",
                                                       "\"tab\\tü\\u00e4\"",
                                                       "größe",
                                                       "'größe'",
                                                       "日本語",
                                                       "\"日本語 x\"",
                                                       "'#no'",
                                                       "\"a #b\"",
                                                       "a#b",
                                                       "${params.x}",
                                                       "\"${params.x} of ${a}\"",
                                                       "'2026-01-01'",
                                                       "\"12:30\"",
                                                       "\"\"",
                                                       "''",
                                                       "http://x/y",
                                                       "\"http://x\"",
                                                       "'\"both\" \\'",
                                                       "\"Null\"",
                                                       "'a, b'"};

/// The same that may stand in brackets.
constexpr std::array<std::string_view, 14> kInBrackets = {"plain",
                                                          "\"quoted\"",
                                                          "'single'",
                                                          "\"1\"",
                                                          "1",
                                                          "'~'",
                                                          "\"yes\"",
                                                          "true",
                                                          "\"a: b\"",
                                                          "'it''s'",
                                                          "größe",
                                                          "'a, b'",
                                                          "\"[x]\"",
                                                          "\"${params.x}\""};

/// In place of the key of a comment between brackets.
const std::string kInFlow = "[";

class Wild {
 public:
  explicit Wild(std::uint32_t number)
      : random_(number) {}

  WildRunbook runbook() {
    if (one_of(5)) {
      comment(0, "", Where::SomeLine);
      line("");
    }
    std::vector<std::string> keys = {"title", "purpose", "owner", "risk", "params"};
    keys.insert(keys.end(),
                {"prerequisites", "guard", "steps", "validation", "windows", "settings"});
    keys.insert(keys.end(), {"apiVersion", "kind", "name"});
    shuffle(keys);
    for (const std::string& key : keys) {
      member(key, 0, false);
    }
    if (one_of(4)) {
      comment(pick(3), "", Where::SomeLine);
    }
    finish();
    return {.text = std::move(text_), .comments = std::move(comments_)};
  }

 private:
  std::size_t pick(std::size_t most) { return random_() % most; }

  bool one_of(std::size_t many) { return pick(many) == 0; }

  template <typename List>
  auto any(const List& list) {
    return *(list.begin() + static_cast<std::ptrdiff_t>(pick(list.size())));
  }

  void shuffle(std::vector<std::string>& keys) {
    for (std::size_t i = keys.size(); i > 1; --i) {
      std::swap(keys[i - 1], keys[pick(i)]);
    }
  }

  void line(const std::string& text) { text_ += text + (one_of(6) ? "  \n" : "\n"); }

  /// Sometimes as Windows writes it.
  void finish() {
    if (one_of(10)) {
      std::string windows = "\xEF\xBB\xBF";
      for (const char c : text_) {
        windows += c == '\n' ? "\r\n" : std::string(1, c);
      }
      text_ = std::move(windows);
    }
  }

  std::string promise(const std::string& key, Where where) {
    static constexpr std::array<std::string_view, 4> kForms = {"# c", "#c", "#  \"c: '", "# ä {c"};
    // Deep in a text it would be none.
    const bool for_lint = (where != Where::SomeLine || key == kInFlow) && one_of(10);
    std::string comment(for_lint ? "# cfkops:ignore CFK-X003 because c" : any(kForms));
    comment += std::to_string(comments_.size()) + ";";
    comments_.push_back({.comment = comment, .key = key, .where = where});
    return comment;
  }

  void comment(std::size_t column, const std::string& key, Where where) {
    line(std::string(column, ' ') + promise(key, where));
  }

  void end_line(const std::string& key, Where where) {
    line(one_of(4) ? "  " + promise(key, where) : "");
  }

  /// What may stand above a key or dash at that column.
  void above(std::size_t column, const std::string& key) {
    if (one_of(6)) {
      line("");
    }
    if (one_of(5)) {
      comment(column + (one_of(3) ? 9 : 0), key, Where::SomeLine);
      line(one_of(2) ? "" : "   ");
    }
    if (one_of(4)) {
      // Where it is set in as far as what ends here, it is about that.
      comment(column, key, Where::LineAbove);
    }
  }

  void member(const std::string& key, std::size_t column, bool in_line) {
    if (!in_line) {
      above(column, key);
      text_ += std::string(column, ' ');
    }
    text_ += (one_of(5) ? "\"" + key + "\"" : key) + ":";
    if (key == "apiVersion" || key == "kind") {
      text_ += key == "kind" ? " 'Runbook'" : "  cfkops/v1";
      return end_line(key, Where::SameLine);
    }
    if (key == "steps" || key == "prerequisites" || key == "guard" || key == "validation" ||
        key == "expect" || key == "windows") {
      return list(key, column);
    }
    if (key == "params" || key == "with" || key == "attempts" || key == "each" ||
        key == "settings") {
      return one_of(3) ? brackets(key, column, 2) : map(key, column);
    }
    scalar(key, column);
  }

  void map(const std::string& key, std::size_t column) {
    end_line(key, Where::SameLine);
    const std::size_t inner = column + 1 + pick(4);
    for (const std::string& name : keys_of(key)) {
      member(name, inner, false);
    }
    foot(inner);
  }

  void foot(std::size_t column) {
    if (one_of(6)) {
      comment(column, "", Where::SomeLine);
    }
  }

  std::vector<std::string> keys_of(const std::string& key) {
    std::vector<std::string> keys;
    if (key == "attempts") {
      keys = {"max", "every", "backoff"};
    } else if (key == "each") {
      keys = {"in", "as", "batch", "max_failures"};
    } else if (key == "settings") {
      keys = {"timeout", "run_timeout"};
    } else if (key == "steps") {
      keys = {"id", "do", "title", "with", "attempts", "expect", "timeout", "each", "on_failure"};
    } else if (key == "with" || key == "params") {
      for (std::size_t i = 0; i <= pick(3); ++i) {
        keys.push_back("k" + std::to_string(next_++));
      }
    } else {
      keys = {"check", "id", "title", "with"};
    }
    shuffle(keys);
    keys.resize(1 + pick(keys.size()));
    return keys;
  }

  void list(const std::string& key, std::size_t column) {
    end_line(key, Where::SameLine);
    const std::size_t dash = column + pick(4);
    for (std::size_t i = 0; i <= pick(3); ++i) {
      if (one_of(5)) {
        comment(dash, "", Where::SomeLine);
      }
      text_ += std::string(dash, ' ') + "-";
      item(key, dash);
    }
  }

  void item(const std::string& key, std::size_t dash) {
    const std::size_t spaces = 1 + pick(3);
    const std::size_t inner = dash + 1 + spaces;
    const bool below = one_of(4);
    if (below) {
      end_line("", Where::SomeLine);
    } else {
      text_ += std::string(spaces, ' ');
    }
    bool first = !below;
    for (const std::string& name : keys_of(key)) {
      member(name, inner, std::exchange(first, false));
    }
    foot(inner);
  }

  void scalar(const std::string& key, std::size_t column) {
    switch (pick(9)) {
      case 0:
        return block(key, column);
      case 1:
        return brackets(key, column, 2);
      case 2:
        line("  plain text");
        line(std::string(column + 1 + pick(4), ' ') + "over lines");
        return;
      case 3:
        text_ += " \"quoted\n\n" + std::string(pick(9), ' ') + "text \\\n   and \\\"more\\\"\"";
        return end_line(key, Where::SomeLine);
      case 4:
        end_line(key, Where::SameLine);
        text_ += std::string(column + 1 + pick(4), ' ') + std::string(any(kScalars));
        return end_line(key, Where::SomeLine);
      default:
        text_ += std::string(1 + pick(3), ' ') + std::string(any(kScalars));
        return end_line(key, Where::SameLine);
    }
  }

  void block(const std::string& key, std::size_t column) {
    static constexpr std::array<std::string_view, 6> kHeaders = {"|", "|-", "|+", ">", ">-", ">+"};
    const std::size_t indent = column + 1 + pick(4);
    const bool explicitly = one_of(3);
    text_ += " " + std::string(any(kHeaders));
    text_ += explicitly ? std::to_string(indent - column) : "";
    end_line(key, Where::SameLine);
    for (std::size_t i = 0; i <= pick(4); ++i) {
      const std::string more = i > 0 || explicitly ? std::string(pick(3), ' ') : "";
      text_ +=
          std::string(indent, ' ') + more + "text # no comment: \"x\"" + std::string(pick(2), ' ');
      text_ += one_of(3) ? "\n\n" : "\n";
    }
    text_ += one_of(4) ? "\n\n" : "";
  }

  void brackets(const std::string& key, std::size_t column, std::size_t depth) {
    text_ += " ";
    one_of(2) ? flow(depth) : flow_lines(column, depth);
    end_line(key, Where::SomeLine);
  }

  void flow(std::size_t depth) {
    const bool is_map = one_of(2);
    text_ += is_map ? "{" : "[ ";
    for (std::size_t i = 0, count = pick(4); i < count; ++i) {
      text_ += i > 0 ? (one_of(2) ? ", " : " ,  ") : "";
      text_ += is_map ? "k" + std::to_string(next_++) + ": " : "";
      if (depth > 0 && one_of(4)) {
        flow(depth - 1);
      } else {
        text_ += any(kInBrackets);
      }
    }
    text_ += is_map ? " }" : "]";
  }

  void flow_lines(std::size_t column, std::size_t depth) {
    const bool is_map = one_of(2);
    text_ += is_map ? "{" : "[";
    for (std::size_t i = 0, count = pick(4); i < count; ++i) {
      text_ += i > 0 ? "," : "";
      end_line(kInFlow, Where::SomeLine);
      if (one_of(5)) {
        comment(column + pick(5), kInFlow, Where::SomeLine);
      }
      text_ += std::string(column + 1 + pick(5), ' ');
      text_ += is_map ? "k" + std::to_string(next_++) + ": " : "";
      if (depth > 0 && one_of(4)) {
        flow_lines(column + 1, depth - 1);
      } else {
        text_ += any(kInBrackets);
      }
    }
    end_line(kInFlow, Where::SomeLine);
    text_ += std::string(column + 1, ' ') + (is_map ? "}" : "]");
  }

  std::mt19937 random_;
  std::string text_;
  std::vector<CommentPromise> comments_;
  std::size_t next_ = 0;
};

}  // namespace

WildRunbook wild_runbook(std::uint32_t number) {
  return Wild(number).runbook();
}

}  // namespace cfkops::runbook
