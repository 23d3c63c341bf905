#include "grammar/yaml_scalar.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/json.hpp"
#include "core/time.hpp"

namespace gregale::grammar {
namespace {

using core::Value;

// As the recording writes it.
Value comparable(const Value& value) {
  if (value.is_float() && !std::isfinite(value.as_float())) {
    return core::Map{{"float", core::float_text(value.as_float())}};
  }
  if (!value.is_date_time()) return value;
  return core::Map{{"local", core::iso_local_text(value.local_microseconds(), true)},
                   {"offset", int64_t{value.offset_seconds()}}};
}

TEST(YamlScalarTest, MeansWhatPyYamlMakesOfIt) {
  std::ifstream file(GREGALE_SOURCE_DIR "/tests/grammar/yaml_scalars.jsonl");
  ASSERT_TRUE(file);
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const Value recorded = core::parse_json(line);
    const std::string& text = recorded.get("text").as_string();
    const Value expected = recorded.get("value");
    const Value actual = comparable(resolve_plain_scalar(text));
    // The texts tell 1 from 1.0 and from true, and NaN equals NaN.
    EXPECT_EQ(core::to_json(actual), core::to_json(expected)) << text;
  }
  EXPECT_GT(count, 140u);
}

TEST(YamlScalarTest, EmptyTextIsNull) {
  EXPECT_TRUE(resolve_plain_scalar("").is_null());
}

TEST(YamlScalarTest, NumbersThatAreTooLongStayText) {
  EXPECT_TRUE(resolve_plain_scalar(std::string(4300, '1')).is_integer());
  EXPECT_TRUE(resolve_plain_scalar(std::string(4301, '1')).is_string());
  EXPECT_TRUE(resolve_plain_scalar("0x" + std::string(100000, 'f')).is_string());
}

TEST(YamlScalarTest, TagsConvert) {
  EXPECT_EQ(*resolve_tagged_scalar("str", "1"), Value("1"));
  EXPECT_EQ(*resolve_tagged_scalar("int", "010"), Value(8));
  EXPECT_TRUE(resolve_tagged_scalar("float", "3")->is_float());
  EXPECT_EQ(resolve_tagged_scalar("int", "x"), std::nullopt);
  EXPECT_EQ(resolve_tagged_scalar("binary", "aGk="), std::nullopt);
}

TEST(YamlScalarTest, KnowsSurprisingNumbers) {
  EXPECT_TRUE(is_surprising_number("0755"));
  EXPECT_TRUE(is_surprising_number("22:30"));
  EXPECT_FALSE(is_surprising_number("0"));
  EXPECT_FALSE(is_surprising_number("755"));
}

}  // namespace
}  // namespace gregale::grammar
