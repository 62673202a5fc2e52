#include "draft.hpp"
#include "plain_text.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml_write.hpp"
#include "cfkops/runbook/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace cfkops::authoring {
namespace {

constexpr std::size_t kLongestName = 32;
/// More than anybody fills in; what is beyond stays as it is written.
constexpr std::size_t kMostPlaces = 200;

/// Tells `visit` of what stands between the marks of each place.
void each_place(std::string_view text, const std::function<void(std::string_view)>& visit) {
  for (std::size_t at = text.find(kBlankBegin); at != std::string_view::npos;
       at = text.find(kBlankBegin, at)) {
    at += kBlankBegin.size();
    const std::size_t end = text.find(kBlankEnd, at);
    if (end == std::string_view::npos) {
      return;
    }
    visit(text.substr(at, end - at));
    at = end;
  }
}

/// `$NODE` or `<node-name>`.
std::string written(std::string_view raw) {
  return raw.starts_with('$') ? std::string(raw) : "<" + std::string(raw) + ">";
}

/// Every run has one, and it is no parameter.
bool is_namespace(std::string_view raw) {
  const std::string word = slug(raw, '_', kLongestName, "");
  return word == "ns" || word == "namespace" || word.ends_with("_namespace") ||
         word.ends_with("_ns") || word.starts_with("namespace_");
}

/// A template cannot hold what must not be read, so that it stays as it is written.
bool is_secret(std::string_view raw) {
  const std::string word = base::lower(raw);
  return word.find("password") != std::string::npos ||
         word.find("passphrase") != std::string::npos || word.find("token") != std::string::npos;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    out += text.substr(at).starts_with("${") ? "$$" : std::string(1, text[at]);
  }
  return out;
}

/// The text with each place as `fill` has it, and what is between them as `rest` has it.
std::string replaced(std::string_view text,
                     const std::function<std::string(std::string_view)>& rest,
                     const std::function<std::string(std::string_view)>& fill) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = text.find(kBlankBegin);
    out += rest(text.substr(0, begin));
    if (begin == std::string_view::npos) {
      break;
    }
    text.remove_prefix(begin + kBlankBegin.size());
    const std::size_t end = std::min(text.find(kBlankEnd), text.size());
    out += fill(text.substr(0, end));
    text.remove_prefix(std::min(end + kBlankEnd.size(), text.size()));
  }
  return out;
}

std::string_view type_of(Blanks::Use use) {
  switch (use) {
    case Blanks::Use::Number:
      return "int";
    case Blanks::Use::StatefulSet:
      return "ref<StatefulSet>";
    case Blanks::Use::Kafka:
      return "ref<Kafka>";
    default:
      return "string";
  }
}

}  // namespace

DraftValue DraftValue::none(Kind kind) {
  DraftValue value;
  value.kind = kind;
  return value;
}

DraftValue DraftValue::of(std::string text) {
  DraftValue value = none(Kind::Text);
  value.text = std::move(text);
  return value;
}

DraftValue DraftValue::plain(std::string word) {
  DraftValue value = none(Kind::Plain);
  value.text = std::move(word);
  return value;
}

DraftValue DraftValue::list(const std::vector<std::string>& texts) {
  DraftValue value = none(Kind::List);
  for (const std::string& text : texts) {
    value.items.push_back(of(text));
  }
  return value;
}

DraftValue DraftValue::map(std::string key, DraftValue value) {
  DraftValue map = none(Kind::Map);
  map.members.push_back({std::move(key), std::move(value)});
  return map;
}

bool operator==(const DraftValue& one, const DraftValue& other) {
  return one.kind == other.kind && one.text == other.text && one.items == other.items &&
         one.members == other.members;
}

bool is_taken(std::string_view word) {
  const bool of_draft = word == "target" || word == "option";
  return of_draft || runbook::is_reserved(word) || base::is_yaml_word(word);
}

void Blanks::note(const std::string& text, int line, Use use) {
  const bool whole =
      text.starts_with(kBlankBegin) && text.find(kBlankEnd) + kBlankEnd.size() == text.size();
  each_place(text, [&](std::string_view raw) {
    if (!is_namespace(raw) && !is_secret(raw)) {
      add(raw, line, whole || use == Use::Name ? use : Use::Any);
    }
  });
}

void Blanks::add(std::string_view raw, int line, Use use) {
  const auto same = std::find_if(
      places_.begin(), places_.end(), [&](const Place& place) { return place.raw == raw; });
  if (same != places_.end()) {
    same->mixed = same->mixed || (use != Use::Any && same->use != Use::Any && same->use != use);
    same->use = use == Use::Any ? same->use : use;
    return;
  }
  if (places_.size() >= kMostPlaces) {
    return;
  }
  const std::string wish = slug(raw, '_', kLongestName, "value");
  std::string name = is_taken(wish) ? wish + "_value" : wish;
  const auto taken = [&](const std::string& candidate) {
    return std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
      return place.name == candidate;
    });
  };
  for (int number = 2; taken(name); ++number) {
    name = wish + "_" + std::to_string(number);
  }
  places_.push_back({.raw = std::string(raw), .name = name, .line = line, .use = use});
}

const Blanks::Place* Blanks::find(std::string_view raw) const {
  const auto found = std::find_if(
      places_.begin(), places_.end(), [&](const Place& place) { return place.raw == raw; });
  return found == places_.end() ? nullptr : &*found;
}

std::string Blanks::expression_of(std::string_view raw) const {
  if (targets_.contains(raw)) {
    return "${params.target.name}";
  }
  if (is_namespace(raw)) {
    return "${run.namespace}";
  }
  const Place* place = find(raw);
  if (place == nullptr) {
    return written(raw);
  }
  const bool reference =
      !place->mixed && (place->use == Use::StatefulSet || place->use == Use::Kafka);
  return "${params." + place->name + (reference ? ".name}" : "}");
}

std::vector<DraftParam> Blanks::params() const {
  std::vector<DraftParam> params;
  for (const Place& place : places_) {
    if (targets_.contains(place.raw)) {
      continue;
    }
    const std::string text = written(place.raw);
    params.push_back({.name = place.name,
                      .type = std::string(type_of(place.mixed ? Use::Name : place.use)),
                      .doc = fmt::format("What the procedure calls {}", text),
                      .blank = fmt::format("{}, line {}", text, place.line)});
  }
  return params;
}

std::vector<std::string> Blanks::names() const {
  std::vector<std::string> names;
  for (const Place& place : places_) {
    if ((place.mixed || place.use == Use::Name) && !targets_.contains(place.raw)) {
      names.push_back(place.name);
    }
  }
  return names;
}

void Blanks::keep_used(std::string_view text) {
  std::erase_if(places_, [text](const Place& place) {
    return text.find("params." + place.name + "}") == std::string_view::npos &&
           text.find("params." + place.name + ".name}") == std::string_view::npos;
  });
}

std::string Blanks::as_written(std::string_view text) {
  return replaced(
      text, [](std::string_view one) { return std::string(one); }, written);
}

std::string Blanks::as_template(std::string_view text) const {
  return replaced(text, escaped, [this](std::string_view raw) { return expression_of(raw); });
}

}  // namespace cfkops::authoring
