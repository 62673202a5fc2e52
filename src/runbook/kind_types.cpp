#include "cfkops/runbook/kind_types.hpp"

#include "custom_kinds.hpp"
#include "kind_shapes.hpp"
#include "merged_type.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

/// A word for a kind, taken apart at its first dot.
struct Word {
  std::string stem;
  std::string suffix;  ///< a group, or a version and a group; "": any
};

Word word_of(std::string_view text) {
  const std::string lowered = base::lower(text);
  const std::size_t dot = lowered.find('.');
  return {lowered.substr(0, dot), dot == std::string::npos ? "" : lowered.substr(dot + 1)};
}

/// Versions are served as one type, so whichever the word asks for is that.
bool suffix_names(const std::string& suffix, const std::string& group) {
  if (suffix.empty() || suffix == group) {
    return true;
  }
  return group.empty() ? suffix == "v1" : suffix.starts_with('v') && suffix.ends_with("." + group);
}

bool is_name(const KindType& kind, const std::string& stem) {
  return stem == kind.plural || stem == kind.singular || stem == base::lower(kind.kind);
}

bool is_short_name(const KindType& kind, const std::string& stem) {
  return std::find(kind.short_names.begin(), kind.short_names.end(), stem) !=
         kind.short_names.end();
}

/// The kinds that a word names; short names count where nothing else matches.
std::vector<const KindType*> named(const std::vector<KindType>& kinds, const Word& word) {
  std::vector<const KindType*> found;
  for (const auto& names : {is_name, is_short_name}) {
    for (const KindType& kind : kinds) {
      if (suffix_names(word.suffix, kind.group) && names(kind, word.stem)) {
        found.push_back(&kind);
      }
    }
    if (!found.empty()) {
      break;
    }
  }
  return found;
}

}  // namespace

KindTypes::KindTypes()
    : builtin_(std::make_unique<BuiltinKinds>()) {}

KindTypes::KindTypes(KindTypes&& other) noexcept = default;
KindTypes& KindTypes::operator=(KindTypes&& other) noexcept = default;
KindTypes::~KindTypes() = default;

Result<std::size_t> KindTypes::add_definitions(std::string_view text, const std::string& file) {
  // That of a Secret differs, which is none of the first.
  const Type::Field* metadata = builtin_->whole(builtin_->names().front()).type.field("metadata");
  CFKOPS_ASSIGN(std::vector<KindType> kinds,
                read_custom_kinds(text, file, metadata == nullptr ? Type() : metadata->type));
  for (KindType& kind : kinds) {
    add(std::move(kind));
  }
  return kinds.size();
}

void KindTypes::add(KindType kind) {
  const auto [known, added] = places_.try_emplace({kind.group, kind.plural}, custom_.size());
  if (added) {
    custom_.push_back(std::move(kind));
  } else {
    Type& type = custom_[known->second].type;
    type = merged(type, kind.type);
  }
}

const KindType* KindTypes::find(std::string_view word) const {
  const Word wanted = word_of(word);
  // As the reader of the cluster does it: what is built in comes first.
  if (const auto builtin = named(builtin_->names(), wanted); !builtin.empty()) {
    return &builtin_->whole(*builtin.front());
  }
  const auto custom = named(custom_, wanted);
  return custom.size() == 1 ? custom.front() : nullptr;
}

Type KindTypes::type_of(std::span<const std::string> words) const {
  std::optional<Type> type;
  for (const std::string& word : words) {
    const KindType* kind = find(word);
    if (kind == nullptr) {
      return {};
    }
    type = type ? merged(*type, kind->type) : kind->type;
  }
  return type.value_or(Type());
}

std::vector<std::string> kinds_of_reference(const Type& reference) {
  std::vector<std::string> kinds = reference.names;
  const auto names = [&kinds](std::string_view kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  if (names("Kafka") && !names("StatefulSet")) {
    kinds.emplace_back("StatefulSet");
  }
  return kinds;
}

Type output_type(const ActionSpec& spec, const KindTypes* kinds, const KindWords& words) {
  Type type = spec.output_type();
  for (std::size_t i = 0; kinds != nullptr && i < spec.outputs.size(); ++i) {
    if (!spec.outputs[i].kind_from.empty()) {
      type.fields.edit()[i].type = kinds->type_of(words(spec.outputs[i].kind_from));
    }
  }
  return type;
}

}  // namespace cfkops::runbook
