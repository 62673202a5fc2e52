#include "wording.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <string_view>

namespace cfkops::lsp {

namespace {

std::string fenced(std::string_view yaml) {
  return yaml.empty() ? std::string()
                      : fmt::format("\n\n```yaml\n{}{}```", yaml, yaml.ends_with('\n') ? "" : "\n");
}

std::string in_brackets(const runbook::ArgumentSpec& argument) {
  return fmt::format("{}{}{}",
                     argument.type.text(),
                     argument.required ? ", required" : "",
                     argument.fallback ? ", default " + argument.fallback->text() : "");
}

}  // namespace

std::string told(const runbook::KeySpec& key) {
  return fmt::format("**{}.{}**: {}{}\n\n{}{}",
                     key.where,
                     key.key,
                     key.type,
                     key.required ? ", required" : "",
                     key.doc,
                     fenced(key.example));
}

std::string told(const runbook::ActionSpec& spec) {
  std::string text = fmt::format("**{}** ({}): {}\n\nEffect {}, default timeout {}",
                                 spec.name,
                                 spec.is_check ? "check" : "action",
                                 spec.summary,
                                 runbook::to_string(spec.effect),
                                 base::format_duration(spec.timeout));
  text += spec.arguments.empty() ? "" : "\n\nArguments:\n";
  for (const runbook::ArgumentSpec& argument : spec.arguments) {
    text += fmt::format("\n- `{}` ({}): {}", argument.name, in_brackets(argument), argument.help);
  }
  text += spec.outputs.empty() ? "" : "\n\nOutputs:\n";
  for (const runbook::OutputSpec& output : spec.outputs) {
    text += fmt::format("\n- `{}` ({}): {}", output.name, output.type.text(), output.help);
  }
  if (!spec.no_undo.empty()) {
    text += "\n\nNo undo: " + spec.no_undo;
  }
  return text + fenced(spec.example);
}

std::string told(const runbook::ArgumentSpec& argument) {
  return fmt::format("**{}**: {}\n\n{}", argument.name, in_brackets(argument), argument.help);
}

std::string told(const runbook::FunctionHelp& function) {
  return fmt::format("`{}`", function.signature);
}

std::string told(const Named& named) {
  const bool typed = named.type.kind != runbook::Type::Kind::Any &&
                     (named.type.kind != runbook::Type::Kind::Object || named.kind == "output" ||
                      named.kind == "member");
  std::string text =
      fmt::format("**{}** ({}){}", named.name, named.kind, typed ? ": " + named.type.text() : "");
  text += named.doc.empty() ? "" : "\n\n" + named.doc;
  if (named.kind == "step" || named.kind == "check") {
    text += named.type.fields.empty() ? "" : "\n\nOutputs:\n";
    for (const runbook::Type::Field& field : named.type.fields) {
      text += fmt::format("\n- `{}` ({}): {}", field.name, field.type.text(), field.help);
    }
  }
  return text;
}

std::string plain(const std::string& markdown) {
  std::string text;
  for (const std::string& line : base::split(markdown, '\n')) {
    if (line.starts_with("```")) {
      continue;
    }
    std::string kept;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool strong = line.compare(i, 2, "**") == 0;
      kept += strong || line[i] == '`' ? "" : std::string(1, line[i]);
      i += strong ? 1U : 0U;
    }
    text += kept + "\n";
  }
  while (text.ends_with('\n')) {
    text.pop_back();
  }
  return text;
}

}  // namespace cfkops::lsp
