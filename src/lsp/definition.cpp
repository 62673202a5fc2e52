#include "features.hpp"
#include "word.hpp"

namespace cfkops::lsp {

std::optional<ByteSpan> definition(std::string_view text,
                                   std::size_t offset,
                                   const runbook::Knowledge& knowledge) {
  const auto word = expression_word(text, offset);
  if (!word) {
    return std::nullopt;
  }
  const Outline outline(text);
  const Names names(outline, word->around, knowledge);
  // An output is declared nowhere in the file; its step is the nearest that is.
  std::vector<std::string> chain = word->chain;
  for (; !chain.empty(); chain.pop_back()) {
    const auto named = names.find(chain);
    if (named && !named->declared.empty()) {
      return named->declared;
    }
  }
  return std::nullopt;
}

}  // namespace cfkops::lsp
