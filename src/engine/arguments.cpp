#include "cfkops/base/check.hpp"
#include "cfkops/engine/action.hpp"

namespace cfkops::engine {
namespace {

/// The argument as the type that its declaration promises.
template <class T>
const T& promised(const Arguments& arguments, std::string_view name) {
  const runbook::Value* value = arguments.find(name);
  CFKOPS_CHECK(value != nullptr);
  const T* typed = value->as<T>();
  CFKOPS_CHECK(typed != nullptr);
  return *typed;
}

}  // namespace

const runbook::Value* Arguments::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::string Arguments::string(std::string_view name) const {
  return promised<std::string>(*this, name);
}

std::int64_t Arguments::integer(std::string_view name) const {
  return promised<std::int64_t>(*this, name);
}

bool Arguments::boolean(std::string_view name) const {
  return promised<bool>(*this, name);
}

Duration Arguments::duration(std::string_view name) const {
  return promised<Duration>(*this, name);
}

std::vector<std::string> Arguments::strings(std::string_view name) const {
  const runbook::Value* value = find(name);
  CFKOPS_CHECK(value != nullptr && value->list() != nullptr);
  std::vector<std::string> texts;
  for (const runbook::Value& item : *value->list()) {
    const auto* text = item.as<std::string>();
    CFKOPS_CHECK(text != nullptr);
    texts.push_back(*text);
  }
  return texts;
}

const runbook::ValueMap& Arguments::ref(std::string_view name) const {
  const runbook::Value* value = find(name);
  CFKOPS_CHECK(value != nullptr && value->map() != nullptr);
  return *value->map();
}

const Action* Catalogue::action(std::string_view name) const {
  for (const Action* candidate : actions) {
    if (candidate->spec().name == name) {
      return candidate;
    }
  }
  return nullptr;
}

const Check* Catalogue::check(std::string_view name) const {
  for (const Check* candidate : checks) {
    if (candidate->spec().name == name) {
      return candidate;
    }
  }
  return nullptr;
}

const RefSource* Catalogue::ref(std::string_view kind) const {
  for (const RefSource* candidate : refs) {
    if (candidate->kind() == kind) {
      return candidate;
    }
  }
  return nullptr;
}

}  // namespace cfkops::engine
