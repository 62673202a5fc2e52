#include "draft.hpp"
#include "plain_text.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml_write.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace cfkops::authoring {
namespace {

constexpr std::size_t kLongestComment = 160;

/// "${params.node}" alone, which needs no quotes.
bool is_expression(std::string_view text) {
  return text.starts_with("${") && text.ends_with('}') &&
         text.substr(2, text.size() - 3)
                 .find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") ==
             std::string_view::npos;
}

std::string scalar(const std::string& text) {
  if (is_expression(text)) {
    return text;
  }
  std::string yaml = base::to_yaml(Json(nlohmann::json(text)));
  yaml.pop_back();  // the end of the line
  return yaml;
}

/// It can stand in a block of lines as it is.
bool fits_block(const std::string& text) {
  return text.find('\n') != std::string::npos && text.front() != ' ' && text.front() != '\n';
}

/// Writes YAML line by line.
class Writer {
 public:
  explicit Writer(const Blanks& blanks)
      : blanks_(blanks) {}

  std::string book(const DraftBook& book);

 private:
  void head(const DraftBook& book);
  void params(const std::vector<DraftParam>& params);
  void checks(const std::vector<DraftCheck>& checks, std::size_t indent);
  void steps(const std::vector<DraftStep>& all, std::size_t indent);
  void arguments(const DraftArguments& with, std::size_t indent);
  void value(const std::string& key, const DraftValue& value, std::size_t indent);
  void text(const std::string& key, const std::string& text, std::size_t indent);
  [[nodiscard]] std::string flow(const DraftValue& value) const;
  void comment(const std::string& text, std::size_t indent);
  void line(std::string_view text, std::size_t indent);

  const Blanks& blanks_;
  std::string out_;
};

void Writer::line(std::string_view text, std::size_t indent) {
  out_.append(indent, ' ').append(text).append("\n");
}

/// What somebody else wrote cannot end the comment, nor tell lint anything.
void Writer::comment(const std::string& text, std::size_t indent) {
  std::string said = base::printable(one_line(text, kLongestComment));
  for (std::size_t at = said.find("cfkops:"); at != std::string::npos;
       at = said.find("cfkops:", at + 1)) {
    said.insert(at + 6, " ");
  }
  line("# " + said, indent);
}

/// A text under a key: on its line, or as a block where it has several.
void Writer::text(const std::string& key, const std::string& text, std::size_t indent) {
  std::vector<std::string> lines = base::split(text, '\n');
  for (std::string& one : lines) {
    one.erase(one.find_last_not_of(' ') + 1);
  }
  const std::string trimmed = base::join(lines, "\n");
  const std::size_t end = trimmed.find_last_not_of('\n');
  const std::string whole = trimmed.substr(0, end == std::string::npos ? 0 : end + 1);
  if (!fits_block(whole)) {
    line(key + ": " + scalar(whole), indent);
    return;
  }
  line(key + ": |", indent);
  for (const std::string& one : base::split(whole, '\n')) {
    one.empty() ? line("", 0) : line(one, indent + 2);
  }
}

void Writer::value(const std::string& key, const DraftValue& value, std::size_t indent) {
  switch (value.kind) {
    case DraftValue::Kind::Text:
      text(key, blanks_.as_template(value.text), indent);
      return;
    case DraftValue::Kind::Plain:
      line(key + ": " + value.text, indent);
      return;
    case DraftValue::Kind::List: {
      line(key + ":" + (value.items.empty() ? " []" : ""), indent);
      for (const DraftValue& item : value.items) {
        const bool word = item.kind == DraftValue::Kind::Text;
        line("- " + (word ? scalar(blanks_.as_template(item.text)) : flow(item)), indent + 2);
      }
      return;
    }
    case DraftValue::Kind::Map:
      line(key + ":" + (value.members.empty() ? " {}" : ""), indent);
      arguments(value.members, indent + 2);
      return;
  }
}

/// On one line. What stands between commas is quoted unless it is a plain word.
std::string Writer::flow(const DraftValue& value) const {
  std::vector<std::string> parts;
  switch (value.kind) {
    case DraftValue::Kind::Plain:
      return value.text;
    case DraftValue::Kind::Text:
      return nlohmann::json(blanks_.as_template(value.text)).dump();
    case DraftValue::Kind::List:
      for (const DraftValue& item : value.items) {
        parts.push_back(flow(item));
      }
      return "[" + base::join(parts, ", ") + "]";
    case DraftValue::Kind::Map:
      for (const DraftValue::Member& member : value.members) {
        parts.push_back(nlohmann::json(member.key).dump() + ": " + flow(member.value));
      }
      return "{" + base::join(parts, ", ") + "}";
  }
  return {};
}

void Writer::arguments(const DraftArguments& with, std::size_t indent) {
  for (const DraftValue::Member& member : with) {
    value(scalar(member.key), member.value, indent);
  }
}

void Writer::head(const DraftBook& book) {
  for (const std::string& one : book.comments) {
    comment(one, 0);
  }
  line("apiVersion: cfkops/v1", 0);
  line("kind: Runbook", 0);
  line("name: " + scalar(book.name), 0);
  text("title", book.title, 0);
  text("purpose", book.purpose, 0);
  if (book.owner.empty()) {
    line("owner: unknown  # TODO(fill): who answers for it", 0);
  } else {
    text("owner", book.owner, 0);
  }
  line("risk: " + book.risk, 0);
}

void Writer::params(const std::vector<DraftParam>& params) {
  if (params.empty()) {
    return;
  }
  line("", 0);
  line("params:", 0);
  for (const DraftParam& param : params) {
    if (!param.blank.empty()) {
      comment("TODO(fill): " + param.blank, 2);
    }
    line(param.name + ":", 2);
    line("type: " + param.type, 4);
    if (!param.values.empty()) {
      std::vector<std::string> values;
      std::ranges::transform(param.values, std::back_inserter(values), scalar);
      line("values: [" + base::join(values, ", ") + "]", 4);
    }
    if (param.required) {
      line("required: true", 4);
    }
    text("doc", param.doc, 4);
  }
}

void Writer::checks(const std::vector<DraftCheck>& checks, std::size_t indent) {
  for (const DraftCheck& check : checks) {
    for (const std::string& one : check.comments) {
      comment(one, indent);
    }
    line("- check: " + check.kind, indent);
    text("title", check.title, indent + 2);
    if (!check.with.empty()) {
      line("with:", indent + 2);
      arguments(check.with, indent + 4);
    }
    if (!check.that.empty()) {
      line("that: " + scalar(check.that), indent + 2);
      line("else: " + scalar(check.otherwise), indent + 2);
    }
  }
}

void Writer::steps(const std::vector<DraftStep>& all, std::size_t indent) {
  for (const DraftStep& step : all) {
    for (const std::string& one : step.comments) {
      comment(one, indent);
    }
    if (!step.ignore.empty()) {
      line("# cfkops:ignore " + step.ignore, indent);
    }
    line("- id: " + step.id, indent);
    text("title", step.title, indent + 2);
    if (!step.action.empty()) {
      line("do: " + step.action, indent + 2);
    }
    if (!step.with.empty()) {
      line("with:", indent + 2);
      arguments(step.with, indent + 4);
    }
    if (!step.when.empty()) {
      line("when: " + scalar(step.when), indent + 2);
    }
    if (!step.timeout.empty()) {
      line("timeout: " + step.timeout, indent + 2);
    }
    if (!step.expect.empty()) {
      line("expect:", indent + 2);
      checks(step.expect, indent + 4);
    }
    if (!step.no_rollback.empty()) {
      line("rollback:", indent + 2);
      text("none", step.no_rollback, indent + 4);
    }
    if (!step.steps.empty()) {
      line("steps:", indent + 2);
      steps(step.steps, indent + 4);
    }
  }
}

std::string Writer::book(const DraftBook& book) {
  head(book);
  params(book.params);
  if (!book.prerequisites.empty()) {
    line("\nprerequisites:", 0);
    checks(book.prerequisites, 2);
  }
  line("\nsteps:", 0);
  steps(book.steps, 2);
  if (!book.validation.empty()) {
    line("\nvalidation:", 0);
    checks(book.validation, 2);
  }
  if (!book.rollback.empty()) {
    line("\nrollback:", 0);
    steps(book.rollback, 2);
  }
  return std::move(out_);
}

}  // namespace

std::string write_draft(const DraftBook& book, const Blanks& blanks) {
  return Writer(blanks).book(book);
}

}  // namespace cfkops::authoring
