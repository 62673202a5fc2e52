#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/type.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::runbook {

/// A kind of live objects: how it is named, and what its objects have.
struct KindType {
  std::string group;  ///< "" for the core group
  std::string plural;
  std::string singular;
  std::string kind;
  std::vector<std::string> short_names = {};
  Type type;
};

class BuiltinKinds;

/// What the objects of each kind have: Kubernetes' built-in kinds, and those that somebody's
/// CustomResourceDefinitions define. Once made, any thread may read it.
class KindTypes {
 public:
  /// The built-in kinds alone.
  KindTypes();
  KindTypes(const KindTypes&) = delete;
  KindTypes& operator=(const KindTypes&) = delete;
  KindTypes(KindTypes&& other) noexcept;
  KindTypes& operator=(KindTypes&& other) noexcept;
  ~KindTypes();

  /// Adds what the CustomResourceDefinitions (apiextensions.k8s.io/v1) in a YAML file define, which
  /// may have several documents and lists of them; whatever else stands there is passed over.
  /// Returns how many there were. All served versions of a kind are one type, which has what any of
  /// them has, and so is a kind that is defined twice. Bounded as base::parse_yaml is. Errors:
  /// InvalidInput with file, line and column: a definition that the API server would refuse.
  [[nodiscard]] Result<std::size_t> add_definitions(std::string_view text, const std::string& file);

  /// The kind that a word names, as kubectl takes it: "sts", "Kafka",
  /// "kafkas.platform.confluent.io". nullptr where it is not known, or several are called so. Lives
  /// as long as this.
  [[nodiscard]] const KindType* find(std::string_view word) const;

  /// What an object has whose kind is one of those that the words name: what any of them has. `any`
  /// where there are none, or one of them is not known.
  [[nodiscard]] Type type_of(std::span<const std::string> words) const;

 private:
  void add(KindType kind);

  std::unique_ptr<BuiltinKinds> builtin_;
  std::vector<KindType> custom_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;  ///< by group and plural
};

/// The kinds that an object may have which is a reference of that type. A ref<Kafka> may be a
/// StatefulSet, where no custom resource stands behind the brokers.
[[nodiscard]] std::vector<std::string> kinds_of_reference(const Type& reference);

/// The words for a kind that an argument may be; none where that is not known before the run.
using KindWords = std::function<std::vector<std::string>(std::string_view argument)>;

/// The outputs of an action or check as an Object; those that are live objects have the types of
/// their kinds. `kinds` may be nullptr.
[[nodiscard]] Type output_type(const ActionSpec& spec,
                               const KindTypes* kinds,
                               const KindWords& words);

}  // namespace cfkops::runbook
