#include "ambiguous.hpp"
#include "check.hpp"
#include "rules/rules.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::runbook::rules {

namespace {

using K = Type::Kind;

/// Judges one argument, down into lists and maps.
class ArgumentRule {
 public:
  ArgumentRule(LintContext& context,
               const ActionSpec& spec,
               const ArgumentSpec& argument,
               const Scope& scope,
               std::string_view word)
      : context_(context),
        spec_(spec),
        argument_(argument),
        scope_(scope),
        word_(word) {}

  void judge(const ArgumentValue& given, const Type& wanted) {
    if (const auto* value = std::get_if<Value>(&given.data)) {
      judge_constant(*value, given, wanted);
    } else if (const auto* text = std::get_if<Template>(&given.data)) {
      text->constant() ? judge_text(*text, given, wanted) : judge_template(*text, given, wanted);
    } else if (const auto* list = std::get_if<ArgumentValue::List>(&given.data)) {
      judge_list(*list, given, wanted);
    } else {
      judge_map(std::get<ArgumentValue::Map>(given.data), given, wanted);
    }
  }

 private:
  void wrong(const ArgumentValue& given,
             std::string_view problem,
             std::string remedy,
             std::string_view code = kBadArgument) {
    const auto* text = std::get_if<Template>(&given.data);
    const auto* value = std::get_if<Value>(&given.data);
    const int length = text != nullptr    ? count_characters(text->source())
                       : value != nullptr ? count_characters(value->text())
                                          : 1;
    if (remedy.empty() && !argument_.help.empty()) {
      remedy = fmt::format("{}: {}", argument_.name, argument_.help);
    }
    context_.report(code,
                    text != nullptr ? text->pos() : given.pos,
                    length,
                    fmt::format("{} '{}' of {}: {}", word_, argument_.name, spec_.name, problem),
                    std::move(remedy));
  }

  void judge_constant(const Value& value, const ArgumentValue& given, const Type& wanted) {
    const auto converted = convert(value, wanted);
    if (!converted) {
      wrong(given, converted.error().text(), converted.error().hint);
    }
  }

  void judge_text(const Template& text, const ArgumentValue& given, const Type& wanted) {
    if (wanted.kind == K::List || wanted.kind == K::Map || wanted.kind == K::Object) {
      wrong(given,
            fmt::format("expected {}, got '{}'", wanted.text(), text.source()),
            wanted.kind == K::List ? "write it like [a, b]" : "write it like {key: value}");
      return;
    }
    const auto remedy =
        given.plain && !is_text(wanted) ? ambiguity(text.source()) : std::optional<std::string>();
    if (remedy) {
      context_.report(kAmbiguous,
                      text.pos(),
                      count_characters(text.source()),
                      fmt::format("{} '{}' of {}: '{}' means one thing in YAML 1.1 and another "
                                  "in YAML 1.2",
                                  word_,
                                  argument_.name,
                                  spec_.name,
                                  text.source()),
                      *remedy);
      return;
    }
    const auto value = text.evaluate({});
    judge_constant(value ? *value : Value(), given, wanted);
  }

  void judge_template(const Template& text, const ArgumentValue& given, const Type& wanted) {
    Type type = context_.check(text, scope_);
    if (type.maybe_missing && argument_.required) {
      context_.report(kMaybeMissing,
                      text.pos(),
                      count_characters(text.source()),
                      fmt::format("{} '{}' of {} is required, but {} may be missing",
                                  word_,
                                  argument_.name,
                                  spec_.name,
                                  text.source()),
                      "give the parameter a default, or guard it with has()");
    }
    if (!assignable(type, wanted)) {
      wrong(given,
            fmt::format("expected {}, got {}", wanted.text(), type.text()),
            conversion_hint(type, wanted),
            has_secret(type) && !has_secret(wanted) ? kSecretSink : kBadArgument);
    }
  }

  static std::string conversion_hint(const Type& given, const Type& wanted) {
    if (has_secret(given) && !has_secret(wanted)) {
      return "a secret may only be passed on, alone and to what takes a secret";
    }
    return given.kind == K::Ref && wanted.kind == K::String ? "write .name behind it" : "";
  }

  void judge_list(const ArgumentValue::List& list, const ArgumentValue& given, const Type& wanted) {
    if (wanted.kind != K::List && wanted.kind != K::Any) {
      wrong(given, fmt::format("expected {}, got a list", wanted.text()), {});
      return;
    }
    for (const ArgumentValue& item : list) {
      judge(item, wanted.element());
    }
  }

  void judge_map(const ArgumentValue::Map& map, const ArgumentValue& given, const Type& wanted) {
    const bool open = wanted.kind == K::Map || wanted.kind == K::Any ||
                      (wanted.kind == K::Object && wanted.fields.empty());
    if (!open && wanted.kind != K::Object) {
      wrong(given, fmt::format("expected {}, got a map", wanted.text()), {});
      return;
    }
    for (const auto& [key, item] : map) {
      const Type::Field* field = wanted.field(key);
      if (open || field != nullptr) {
        judge(item, field != nullptr ? field->type : wanted.element());
      } else {
        wrong(item, fmt::format("there is no key '{}'{}", key, near(key, wanted)), {});
      }
    }
    for (const Type::Field& field : wanted.fields) {
      const bool there =
          std::any_of(map.begin(), map.end(), [&](const auto& e) { return e.name == field.name; });
      if (!there && !field.type.maybe_missing) {
        wrong(given, fmt::format("key '{}' is missing", field.name), {});
      }
    }
  }

  static std::string near(const std::string& key, const Type& wanted) {
    std::vector<std::string> names;
    for (const Type::Field& field : wanted.fields) {
      names.push_back(field.name);
    }
    return base::did_you_mean(key, names);
  }

  LintContext& context_;
  const ActionSpec& spec_;
  const ArgumentSpec& argument_;
  const Scope& scope_;
  std::string_view word_;
};

void unknown_argument(LintContext& context,
                      const ActionSpec& spec,
                      const ArgumentValue::Member& given,
                      std::string_view word) {
  const std::string& name = given.name;
  std::vector<std::string> names;
  for (const ArgumentSpec& argument : spec.arguments) {
    names.push_back(argument.name);
  }
  context.report(
      kBadArgument,
      given.value.key_pos,
      count_characters(name),
      fmt::format("{} has no {} '{}'{}", spec.name, word, name, base::did_you_mean(name, names)),
      names.empty() ? "it takes none" : "it has " + base::enumerate(names, 12));
}

}  // namespace

void arguments(LintContext& context,
               const ActionSpec& spec,
               const ArgumentMap& with,
               const Scope& scope,
               const SourcePos& pos,
               std::string_view word) {
  for (const ArgumentValue::Member& given : with) {
    const ArgumentSpec* argument = spec.argument(given.name);
    if (argument == nullptr) {
      unknown_argument(context, spec, given, word);
    } else {
      ArgumentRule(context, spec, *argument, scope, word).judge(given.value, argument->type);
    }
  }
  for (const ArgumentSpec& argument : spec.arguments) {
    const bool given = std::any_of(
        with.begin(), with.end(), [&](const auto& entry) { return entry.name == argument.name; });
    if (argument.required && !given) {
      context.report(kBadArgument,
                     pos,
                     count_characters(spec.name),
                     fmt::format("{} needs the {} '{}'", spec.name, word, argument.name),
                     fmt::format("add with: {{{}: …}}, {}", argument.name, argument.type.text()));
    }
  }
}

}  // namespace cfkops::runbook::rules
