#pragma once

#include <filesystem>

namespace cfkops::test {

/// The root of the source tree, found by walking up from the working directory and then from the
/// test binary; never compiled in, so that a cached object fits every clone. Throws when there is
/// none.
std::filesystem::path source_tree();

}  // namespace cfkops::test
