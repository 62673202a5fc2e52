#include "outline.hpp"

#include "outline_reader.hpp"

namespace cfkops::lsp {

Outline::Outline(std::string_view text)
    : text_(text) {
  OutlineReader(*this).read();
}

std::size_t Outline::child(std::size_t parent, std::string_view key) const {
  for (std::size_t at = first_child(parent); at != kRoot; at = entries_[at].next) {
    if (entries_[at].kind == Entry::Kind::Key && key_of(at) == key) {
      return at;
    }
  }
  return kRoot;
}

std::string_view Outline::scalar(std::size_t parent, std::string_view key) const {
  const std::size_t found = child(parent, key);
  return found == kRoot ? std::string_view() : value_of(found);
}

}  // namespace cfkops::lsp
