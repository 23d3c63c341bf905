#include "grammar/yaml_position.hpp"

#include <algorithm>

namespace gregale::grammar::detail {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Walks the source beside the text. Both consist of words that are the same in both and of runs of
// white space between them, which folding and indentation change.
class Walker {
 public:
  Walker(std::string_view source, size_t begin, std::string_view text)
      : source_(source), at_(begin), text_(text) {
    places_.offsets.reserve(text.size() + 1);
    places_.end = begin;
  }

  ScalarPlaces block() {
    const size_t line_end = source_.find('\n', at_);
    at_ = line_end == std::string_view::npos ? source_.size() : line_end + 1;
    places_.end = at_;
    return plain();
  }

  ScalarPlaces plain() {
    while (made() < text_.size() && at_ < source_.size()) {
      if (is_blank(text_[made()])) {
        white_space(text_run());
        continue;
      }
      if (is_blank(source_[at_])) {
        ++at_;
        continue;
      }
      emit(1);
      ++at_;
      places_.end = at_;
    }
    return finish(places_.end);
  }

  ScalarPlaces single_quoted() {
    ++at_;
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '\'') {
        if (at_ + 1 >= source_.size() || source_[at_ + 1] != '\'') return finish(at_ + 1);
        emit(1);
        at_ += 2;
      } else if (is_blank(c)) {
        quoted_white_space();
      } else {
        emit(1);
        ++at_;
      }
    }
    places_.closed = false;
    return finish(at_);
  }

  ScalarPlaces double_quoted() {
    ++at_;
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '"') return finish(at_ + 1);
      if (c == '\\') {
        escape();
      } else if (is_blank(c)) {
        quoted_white_space();
      } else {
        emit(1);
        ++at_;
      }
    }
    places_.closed = false;
    return finish(at_);
  }

 private:
  size_t made() const { return places_.offsets.size(); }

  // The next [count] bytes of the text stand where the walk is.
  void emit(size_t count) {
    for (; count > 0 && made() < text_.size(); --count) places_.offsets.push_back(at_);
  }

  size_t text_run() const {
    size_t end = made();
    while (end < text_.size() && is_blank(text_[end])) ++end;
    return end - made();
  }

  // A run of white space of the text against the one of the source; it is as long as it is in both,
  // or else there is a line break in it.
  void white_space(size_t count) {
    size_t stop = at_;
    while (stop < source_.size() && is_blank(source_[stop])) ++stop;
    const size_t last = stop == at_ ? at_ : stop - 1;
    for (; count > 0; --count) {
      places_.offsets.push_back(std::min(at_, last));
      if (at_ < last) ++at_;
    }
    at_ = stop;
  }

  // Blanks inside of quotes: kept within a line; around line breaks they become one blank, or a
  // line break for each one after the first.
  void quoted_white_space() {
    size_t stop = at_;
    size_t breaks = 0;
    while (stop < source_.size() && is_blank(source_[stop])) breaks += source_[stop++] == '\n';
    if (breaks == 0) {
      while (at_ < stop) {
        emit(1);
        ++at_;
      }
      return;
    }
    emit(breaks == 1 ? 1 : breaks - 1);
    at_ = stop;
  }

  void escape() {
    const char kind = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
    if (kind == '\n' || kind == '\r') {  // joins the lines
      ++at_;
      size_t breaks = 0;
      while (at_ < source_.size() && is_blank(source_[at_])) breaks += source_[at_++] == '\n';
      emit(breaks - std::min<size_t>(breaks, 1));
      return;
    }
    const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (made() < text_.size()) {
      // One code point of the text: its first byte tells how many there are.
      const auto lead = static_cast<unsigned char>(text_[made()]);
      emit(lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1);
    }
    at_ = std::min(source_.size(), at_ + 2 + digits);
  }

  ScalarPlaces finish(size_t end) {
    places_.end = end;
    const size_t last = text_.empty() ? end : std::min(at_, end);
    while (made() < text_.size()) places_.offsets.push_back(last);
    places_.offsets.push_back(last);
    return std::move(places_);
  }

  std::string_view source_;
  size_t at_;
  std::string_view text_;
  ScalarPlaces places_;
};

}  // namespace

ScalarPlaces locate_scalar(std::string_view source, size_t begin, ScalarStyle style, std::string_view text) {
  Walker walker(source, begin, text);
  switch (style) {
    case ScalarStyle::plain:
      return walker.plain();
    case ScalarStyle::single_quoted:
      return walker.single_quoted();
    case ScalarStyle::double_quoted:
      return walker.double_quoted();
    case ScalarStyle::literal:
    case ScalarStyle::folded:
      return walker.block();
  }
  return walker.plain();
}

}  // namespace gregale::grammar::detail
