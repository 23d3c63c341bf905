#include "core/source.hpp"

#include <gtest/gtest.h>

namespace gregale::core {
namespace {

TEST(Source, CountsColumnsInCodePointsWhereverALineIsCut) {
  // Characters of one to four bytes, so that blocks of any size end within some of them.
  std::string text = "first\n";
  for (int i = 0; i < 500; ++i) text += "aé€😀\t";
  text += "\r\nlast";
  const Source source("<input>", text);
  Position expected;
  for (size_t offset = 0; offset < text.size(); ++offset) {
    const Position place = source.position(offset);
    const bool continues = (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80;
    if (!continues) {
      ASSERT_EQ(place.line, expected.line) << offset;
      ASSERT_EQ(place.column, expected.column) << offset;
      ++expected.column;
    }
    if (text[offset] == '\n') expected = {expected.line + 1, 1};
  }
  EXPECT_EQ(source.position(text.size() + 10).line, 3u);
  EXPECT_EQ(source.position(text.size() + 10).column, 5u);
}

TEST(Source, AnEmptyTextHasOnePosition) {
  const Source source("<input>", "");
  EXPECT_EQ(source.position(0).line, 1u);
  EXPECT_EQ(source.position(7).column, 1u);
}

}  // namespace
}  // namespace gregale::core
