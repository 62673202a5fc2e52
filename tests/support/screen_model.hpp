#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::test {

/// A terminal as a person sees it: draws what is written to it, in cells of columns, with what has
/// scrolled off kept. It knows the control sequences that cfkops may use; any other one is
/// remembered as strange.
class ScreenModel {
 public:
  /// An empty screen of that size.
  ScreenModel(std::size_t columns, std::size_t rows)
      : columns_(columns),
        rows_(rows),
        lines_(1) {}

  /// What a program writes to it; a line feed goes to the beginning of the next line, as the
  /// terminal's driver has it.
  void feed(std::string_view bytes);

  /// What a narrower screen does with lines that do not fit any more.
  enum class Narrower { Rewraps, CutsOff };

  /// Somebody draws at the window's edge.
  void resize(std::size_t columns, std::size_t rows, Narrower narrower);

  /// What is on the screen, without spaces at the end of lines and without empty lines at the end.
  [[nodiscard]] std::string picture() const { return text_from(top_); }

  /// The same with all that has scrolled off before it.
  [[nodiscard]] std::string everything() const { return text_from(0); }

  /// Below the cursor's line, and on it, there is nothing.
  [[nodiscard]] bool cursor_is_below_all() const;

  /// Nothing is left switched on or off: no mode, no colour, no open update.
  [[nodiscard]] bool is_sane() const {
    return cursor_visible_ && !updating_ && !coloured_ && strange_.empty();
  }

  /// Sequences that it does not know, and control characters.
  [[nodiscard]] const std::vector<std::string>& strange() const { return strange_; }

  /// Some colour was used.
  [[nodiscard]] bool was_coloured() const { return was_coloured_; }

  /// A line was longer than the screen is wide.
  [[nodiscard]] bool has_wrapped() const { return has_wrapped_; }

 private:
  /// One line of cells; a wide character's second cell is empty.
  struct Line {
    std::vector<std::string> cells;
    bool goes_on = false;  ///< on the next line, because it was too long
  };

  [[nodiscard]] std::string text_from(std::size_t first) const;
  std::size_t sequence(std::string_view bytes);
  void obey(std::string_view parameters, char final);
  void set_mode(std::string_view parameters, bool on);
  void draw(std::string_view character, std::size_t width);
  void next_line();
  void clear_right();

  std::size_t columns_;
  std::size_t rows_;
  std::vector<Line> lines_;
  std::size_t top_ = 0;  ///< the first line that is on the screen
  std::size_t row_ = 0;  ///< the cursor's line, of all
  std::size_t column_ = 0;
  bool cursor_visible_ = true;
  bool updating_ = false;
  bool coloured_ = false;
  bool was_coloured_ = false;
  bool has_wrapped_ = false;
  std::vector<std::string> strange_;
};

}  // namespace cfkops::test
