#include "core/json.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace gregale::core {
namespace {

TEST(Json, KeepsBigIntegersAndOrder) {
  const std::string text = R"({"z":123456789012345678901234567890,"a":[1,1.0,-0.0,1e+20,true,null]})";
  EXPECT_EQ(to_json(parse_json(text)), text);
}

TEST(Json, WritesFloatsAsPythonDoes) {
  EXPECT_EQ(float_text(0.1), "0.1");
  EXPECT_EQ(float_text(1e16), "1e+16");
  EXPECT_EQ(float_text(123456789012345680.0), "1.2345678901234568e+17");
  EXPECT_EQ(float_text(1e15), "1000000000000000.0");
  EXPECT_EQ(float_text(0.0001), "0.0001");
  EXPECT_EQ(float_text(0.00001), "1e-05");
  EXPECT_EQ(float_text(-1.5), "-1.5");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "nul", "1 2", "\"\x01\"", "\"\xff\""}) {
    EXPECT_THROW(parse_json(text), Error) << text;
  }
}

TEST(Json, TellsThePlaceOfAMistakeButNotWhatStandsThere) {
  for (const char* text :
       {"{\"a\": \"hunter2", "{\"a\": hunter2}", "{\"a\": \"hunter2; expected \x01\"}", "-hunter2"}) {
    try {
      parse_json(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      const std::string_view message = error.what();
      EXPECT_EQ(message.find("unter2"), std::string_view::npos) << message;
      EXPECT_NE(message.find("not valid JSON at byte "), std::string_view::npos) << message;
      EXPECT_NE(message.find("line 1, column "), std::string_view::npos) << message;
    }
  }
}

TEST(Json, LimitsDepth) {
  const std::string deep(100000, '[');
  EXPECT_THROW(parse_json(deep), Error);
}

TEST(Json, WritesLoneSurrogatesAndBrokenBytesAsJson) {
  EXPECT_EQ(to_json(Value(std::string("\xED\xA0\x80"))), "\"\\ud800\"");
  EXPECT_EQ(to_json(Value(std::string("a\xffz"))), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(to_json(Value("h\xC3\xA9")), "\"h\xC3\xA9\"");
}

}  // namespace
}  // namespace gregale::core
