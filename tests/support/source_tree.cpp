#include "support/source_tree.hpp"

#include <filesystem>
#include <stdexcept>

namespace cfkops::test {

std::filesystem::path source_tree() {
  namespace fs = std::filesystem;
  for (fs::path folder : {fs::current_path(), fs::read_symlink("/proc/self/exe").parent_path()}) {
    while (true) {
      if (fs::exists(folder / "CMakePresets.json") && fs::exists(folder / "include" / "cfkops")) {
        return folder;
      }
      if (folder == folder.parent_path()) {
        break;
      }
      folder = folder.parent_path();
    }
  }
  throw std::runtime_error("no cfkops source tree above the working directory or the test binary");
}

}  // namespace cfkops::test
