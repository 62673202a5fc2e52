#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::authoring {

/// A value of a draft: a text with marks of places to fill, a word that is written as it is, a list
/// or a map.
struct DraftValue {
  enum class Kind { Text, Plain, List, Map };

  /// An entry of a map, in the order in which it is written.
  struct Member;

  Kind kind = Kind::Text;
  std::string text;
  std::vector<DraftValue> items;
  std::vector<Member> members;

  /// A text.
  [[nodiscard]] static DraftValue of(std::string text);

  /// A number, a truth value, null, or an expression in ${}.
  [[nodiscard]] static DraftValue plain(std::string word);

  /// A list or a map without anything in it.
  [[nodiscard]] static DraftValue none(Kind kind);

  [[nodiscard]] static DraftValue list(const std::vector<std::string>& texts);

  /// A map with that entry alone.
  [[nodiscard]] static DraftValue map(std::string key, DraftValue value);

  friend bool operator==(const DraftValue& one, const DraftValue& other);
};

struct DraftValue::Member {
  std::string key;
  DraftValue value;

  friend bool operator==(const Member&, const Member&) = default;
};

using DraftArguments = std::vector<DraftValue::Member>;

/// A check as it will be written.
struct DraftCheck {
  std::string kind;
  std::string title = {};
  DraftArguments with = {};
  std::string that = {};       ///< of expr: an expression, without marks
  std::string otherwise = {};  ///< of expr: a template, without marks
  std::vector<std::string> comments = {};
};

/// A step as it will be written, or a group of steps.
struct DraftStep {
  std::string wish = {};  ///< what its id is made from; "": the title
  std::string title;
  std::string action = {};
  DraftArguments with = {};
  std::string when = {};  ///< of a group
  std::string timeout = {};
  std::vector<DraftCheck> expect = {};
  std::string no_rollback = {};
  std::vector<std::string> comments = {};
  std::string ignore = {};  ///< "CFK-K005 because …": a finding that does not count here
  std::vector<DraftStep> steps = {};
  bool changes = false;  ///< it changes something, or a person does
  std::string id = {};
};

/// A parameter as it will be written.
struct DraftParam {
  std::string name;
  std::string type = "string";
  std::vector<std::string> values = {};
  bool required = true;
  std::string doc = {};
  std::string blank = {};  ///< what a person is to fill in; "" where nothing is
};

/// A runbook as it will be written.
struct DraftBook {
  std::string name;
  std::string title;
  std::string purpose;
  std::string owner;  ///< "": a place to fill
  std::string risk;
  std::vector<std::string> comments = {};  ///< at the top
  std::vector<DraftParam> params = {};
  std::vector<DraftCheck> prerequisites = {};
  std::vector<DraftStep> steps = {};
  std::vector<DraftCheck> validation = {};
  std::vector<DraftStep> rollback = {};
};

/// The places to fill of one draft, each with the parameter it becomes.
class Blanks {
 public:
  /// What a place is used for, which tells the type of its parameter.
  enum class Use {
    Any,
    Name,  ///< of an object that is changed
    Number,
    StatefulSet,
    Kafka,
  };

  /// Notes every place in `text`, first seen in `line` of the file; one that is a text of its own
  /// is used for `use`.
  void note(const std::string& text, int line, Use use = Use::Any);

  /// From now on the place is the cluster, the parameter `target`.
  void is_target(const std::string& raw) { targets_.insert(raw); }

  /// Forgets the places whose parameters no expression in `text` uses.
  void keep_used(std::string_view text);

  /// The parameters, in the order in which their places were noted.
  [[nodiscard]] std::vector<DraftParam> params() const;

  /// Those that name what is changed, and are any text.
  [[nodiscard]] std::vector<std::string> names() const;

  /// The text as a template: what is meant literally escaped, `${params.node}` for places to fill.
  [[nodiscard]] std::string as_template(std::string_view text) const;

  /// The text as somebody wrote it, for comments: `<node-name>`.
  [[nodiscard]] static std::string as_written(std::string_view text);

 private:
  struct Place {
    std::string raw;
    std::string name;
    int line = 0;
    Use use = Use::Any;
    bool mixed = false;  ///< used for several things
  };

  [[nodiscard]] const Place* find(std::string_view raw) const;
  [[nodiscard]] std::string expression_of(std::string_view raw) const;
  void add(std::string_view raw, int line, Use use);

  std::vector<Place> places_;
  std::set<std::string, std::less<>> targets_;
};

/// Whether a word is taken in expressions, so that nothing can be called so.
[[nodiscard]] bool is_taken(std::string_view word);

/// The book as YAML in the house's order of keys. Ids must have been given.
[[nodiscard]] std::string write_draft(const DraftBook& book, const Blanks& blanks);

}  // namespace cfkops::authoring
