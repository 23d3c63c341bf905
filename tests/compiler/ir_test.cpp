// The two forms of the IR: what is written is read back equal, and nothing that is read can do harm.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "compiler/ir/serialization.hpp"
#include "compiler/ir/validation.hpp"
#include "core/error.hpp"
#include "corpus.hpp"

namespace gregale::compiler {
namespace {

using core::Value;

const std::vector<ir::Program>& corpus_programs() {
  static const std::vector<ir::Program> programs = [] {
    std::vector<ir::Program> result;
    for (const Value& line : read_corpus("workflows.jsonl")) {
      Compilation compilation = compile(sources_of_case(line.get("case")), {});
      if (compilation.program) result.push_back(std::move(*compilation.program));
    }
    return result;
  }();
  return programs;
}

TEST(IrTest, BothFormsRoundTrip) {
  ASSERT_GT(corpus_programs().size(), 250u);
  for (const ir::Program& program : corpus_programs()) {
    const std::string binary = ir::to_binary(program);
    EXPECT_EQ(ir::to_binary(ir::from_binary(binary)), binary);
    EXPECT_EQ(ir::to_binary(ir::from_text(ir::to_text(program))), binary);
    EXPECT_EQ(ir::digest(program), ir::sha256_hex(binary));
  }
}

TEST(IrTest, CompilingTwiceGivesTheSameBytes) {
  const char* text =
      "version: '2.0'\nwf:\n  tasks:\n    a: {action: std.echo output=<% 1 %>, on-success: b}\n    b: "
      "{action: std.noop}\n";
  EXPECT_EQ(ir::to_binary(*compile_text(text).program), ir::to_binary(*compile_text(text).program));
  EXPECT_EQ(ir::digest(*compile_text(text).program).size(), 64u);
}

TEST(IrTest, WorkflowsThatInheritATaskHaveItInCommon) {
  const Compilation compilation = compile_text(
      "version: '2.0'\ndialect: gregale/1\n"
      "base:\n  tasks:\n    t: {action: std.echo output=<% $ %>, publish: {x: [<% 1 %>, {y: 2}]}}\n"
      "one: {extends: base}\ntwo: {extends: base, description: another}\n");
  ASSERT_TRUE(compilation.program) << core::to_text(compilation.diagnostics.sorted(), false);
  const auto& workflows = compilation.program->workflows;
  ASSERT_EQ(workflows.size(), 3u);
  EXPECT_EQ(workflows[0].tasks[0].publish.branch, workflows[2].tasks[0].publish.branch);
  const std::string binary = ir::to_binary(*compilation.program);
  EXPECT_EQ(ir::to_binary(ir::from_binary(binary)), binary);
  EXPECT_EQ(ir::to_binary(ir::from_text(ir::to_text(*compilation.program))), binary);
  // One workflow uses each template once.
  ir::Program twice = *compilation.program;
  twice.workflows[0].output = twice.workflows[0].tasks[0].publish.branch;
  EXPECT_THROW(ir::validate(twice), core::Error);
}

TEST(IrTest, ConstantsOfEveryKindSurvive) {
  const Compilation compilation = compile_text(
      "version: '2.0'\nwf:\n  output: {a: .inf, b: -.inf, c: .nan, d: 123456789012345678901234567890, e: "
      "1.0,\n"
      "    f: -1, g: {$float: inf}, h: \"\\0\\u20ac\", i: [null, true, {}], j: -9223372036854775808}\n"
      "  tasks: {t: {action: std.noop}}\n");
  ASSERT_TRUE(compilation.program) << core::to_text(compilation.diagnostics.sorted(), false);
  const std::string binary = ir::to_binary(*compilation.program);
  EXPECT_EQ(ir::to_binary(ir::from_binary(binary)), binary);
  EXPECT_EQ(ir::to_binary(ir::from_text(ir::to_text(*compilation.program))), binary);
}

TEST(IrTest, ExpressionsOfEveryFormSurvive) {
  for (const char* expression : {"<% (name).x %>", "<% f(, 1) %>", "<% f(a => 1) %>", "<% $.a?.b[0] -> $ %>",
                                 "{% if _.a %}x{% endif %}", "{{ if }}", "{{ (1, 2)[0:1] }}"}) {
    const Compilation compilation = compile_text(std::string("version: '2.0'\nwf:\n  output: {o: \"") +
                                                 expression + "\"}\n  tasks: {t: {action: std.noop}}\n");
    ASSERT_TRUE(compilation.program) << expression << core::to_text(compilation.diagnostics.sorted(), false);
    const std::string binary = ir::to_binary(*compilation.program);
    EXPECT_EQ(ir::to_binary(ir::from_binary(binary)), binary) << expression;
  }
}

TEST(IrTest, RefusesWhatIsNotWhole) {
  const std::string binary = ir::to_binary(corpus_programs().front());
  EXPECT_TRUE(ir::is_binary(binary));
  EXPECT_FALSE(ir::is_binary("version: '2.0'"));
  EXPECT_THROW(ir::from_binary(""), core::Error);
  EXPECT_THROW(ir::from_binary(binary.substr(0, 20)), core::Error);
  EXPECT_THROW(ir::from_binary(binary.substr(0, binary.size() - 1)), core::Error);
  EXPECT_THROW(ir::from_binary(binary + "x"), core::Error);
  std::string newer = binary;
  newer[8] = 99;
  EXPECT_THROW(ir::from_binary(newer), core::Error);
  EXPECT_THROW(ir::from_text("{}"), core::Error);
  EXPECT_THROW(ir::from_text(R"({"gregale-ir": 3, "surprise": 1})"), core::Error);
}

RC_GTEST_PROP(IrTest, ChangedBytesAreRefused, ()) {
  const ir::Program& program = *rc::gen::elementOf(corpus_programs());
  std::string binary = ir::to_binary(program);
  const auto at = *rc::gen::inRange<size_t>(0, binary.size());
  const auto bit = *rc::gen::inRange(0, 8);
  binary[at] = static_cast<char>(binary[at] ^ (1 << bit));
  RC_ASSERT_THROWS_AS(ir::from_binary(binary), core::Error);
}

// Damage that the checksum cannot tell: the text form is changed in one place. It is refused, or gives a
// program that is whole.
RC_GTEST_PROP(IrTest, ChangedTextGivesAWholeProgramOrNone, ()) {
  std::string text = ir::to_text(*rc::gen::elementOf(corpus_programs()));
  const auto at = *rc::gen::inRange<size_t>(0, text.size());
  text[at] = *rc::gen::elementOf(std::string("0123456789{}[],:\"a"));
  try {
    const ir::Program program = ir::from_text(text);
    ir::validate(program);
    RC_ASSERT(ir::to_binary(ir::from_binary(ir::to_binary(program))) == ir::to_binary(program));
  } catch (const core::Error& error) {
    RC_ASSERT(error.kind() == core::ErrorKind::invalid);
  }
}

TEST(IrTest, ValidationFindsWhatTheInterpreterCannotRun) {
  const Compilation compilation = compile_text(
      "version: '2.0'\nwf:\n  tasks:\n    a: {action: 'std.echo output=<% [1 + 2, $.x] %>', on-success: b}\n"
      "    b: {action: std.noop}\n");
  ASSERT_TRUE(compilation.program);
  const ir::Program& good = *compilation.program;
  const auto refused = [&](auto change) {
    ir::Program program = good;
    change(program);
    EXPECT_THROW(ir::validate(program), core::Error);
  };
  EXPECT_NO_THROW(ir::validate(good));
  refused([](ir::Program& p) { p.workflows[0].tasks[0].name = 99; });
  refused([](ir::Program& p) { p.workflows[0].tasks[0].call.name = ir::kNone; });
  refused([](ir::Program& p) { p.workflows[0].tasks[0].clauses[0].targets[0].task = 7; });
  refused([](ir::Program& p) { p.workflows[0].tasks[1].inbound = {0, 0}; });
  refused([](ir::Program& p) { p.workflows[0].tasks[1].call = p.workflows[0].tasks[0].call; });
  refused([](ir::Program& p) { p.names[1] = p.names[0]; });
  refused([&](ir::Program& p) {
    for (grammar::Node& node : p.expressions[0].expression.pieces[0].tree.nodes) {
      if (!node.children.empty()) node.children[0] = p.expressions[0].expression.pieces[0].tree.root;
    }
  });
  refused([](ir::Program& p) { p.expressions[0].expression.pieces[0].tree.nodes.clear(); });
  refused([](ir::Program& p) { p.expressions[0].expression.pieces[0].end = 1000; });
}

TEST(IrTest, DrawsAGraph) {
  const Compilation compilation = compile_text(
      "version: '2.0'\nwf:\n  tasks:\n    a: {action: std.noop, on-success: [{b: <% $.x = \"y\" %>}], "
      "on-error: fail}\n"
      "    b: {action: std.noop}\n");
  const std::string dot = ir::to_dot(*compilation.program, compilation.program->workflows[0]);
  EXPECT_NE(dot.find("t0 -> t1 [color=darkgreen, label=\"<% $.x = \\\"y\\\" %>\"];"), std::string::npos)
      << dot;
  EXPECT_NE(dot.find("[label=\"fail\", shape=oval]"), std::string::npos) << dot;
}

}  // namespace
}  // namespace gregale::compiler
