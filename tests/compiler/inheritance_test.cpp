// Workflow inheritance: what each rule does, each way of breaking it, and what is said about it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "corpus.hpp"
#include "families.hpp"

namespace gregale::compiler {
namespace {

// The flat text of the workflow `child` alone, from its name on.
std::string flat_child(const std::string& body, Library* library = nullptr) {
  const std::string text = flat(body, library);
  const size_t at = text.find("\nchild:\n");
  return at == std::string::npos ? text : text.substr(at + 1, text.find("\n\n", at + 1) - at);
}

constexpr const char* kBase =
    "base:\n"                                           // 3
    "  input: [a, {b: 1}]\n"                            // 4
    "  tags: [x]\n"                                     // 5
    "  vars: {v: 1, w: 2}\n"                            // 6
    "  output: {r: <% $.v %>, s: 2}\n"                  // 7
    "  task-defaults: {timeout: 9, on-error: [two]}\n"  // 8
    "  tasks:\n"                                        // 9
    "    one:\n"                                        // 10
    "      action: std.echo output=<% $.a %>\n"         // 11
    "      publish: {p: 1, q: 2}\n"                     // 12
    "      retry: count=1 delay=2\n"                    // 13
    "      on-success: [two]\n"                         // 14
    "    two: {action: std.noop}\n";                    // 15

std::string child(const std::string& body) {
  return std::string(kBase) + "child:\n  extends: base\n" + body;  // lines 16, 17
}

TEST(Inheritance, WorkflowKeysMergeByTheirRules) {
  EXPECT_EQ(flat_child(child("  input: [{b: 2}, {c: 3}]\n"
                             "  tags: [x, y]\n"
                             "  vars: {w: 3, v: null}\n"
                             "  output: {s: 3}\n"
                             "  description: other\n"
                             "  task-defaults: {timeout: null, wait-after: 1}\n")),
            "child:\n"
            "  input:\n    - a\n    - b: 2\n    - c: 3\n"
            "  tags:\n    - x\n    - y\n"
            "  vars:\n    w: 3\n"
            "  output:\n    r: <% $.v %>\n    s: 3\n"
            "  task-defaults:\n    on-error:\n      - two\n    wait-after: 1\n"
            "  description: other\n"
            "  tasks:\n"
            "    one:\n      action: std.echo output=<% $.a %>\n      publish:\n        p: 1\n        q: 2\n"
            "      retry: count=1 delay=2\n      on-success:\n        - two\n"
            "    two:\n      action: std.noop\n");
  EXPECT_NE(
      flat_child(child("  output: <% $.v %>\n  vars: null\n")).find("\n  output: <% $.v %>\n  task-defaults"),
      std::string::npos);
}

TEST(Inheritance, MergedTasks) {
  const auto one = [](const std::string& task) {
    const std::string text = flat_child(child("  tasks:\n    one: {override: merge, " + task + "}\n"));
    const size_t at = text.find("    one:\n") + 9;
    return text.substr(at, text.find("    two:\n") - at);
  };
  const std::string rest = "      publish:\n        p: 1\n        q: 2\n      retry: count=1 delay=2\n";
  EXPECT_EQ(one("publish: {q: 3, r: 4, p: null}"),
            "      action: std.echo output=<% $.a %>\n      publish:\n        q: 3\n        r: 4\n"
            "      retry: count=1 delay=2\n      on-success:\n        - two\n");
  EXPECT_EQ(one("publish: <% $ %>, retry: {count: 5, delay: 1}, on-success: null"),
            "      action: std.echo output=<% $.a %>\n      publish: <% $ %>\n"
            "      retry:\n        count: 5\n        delay: 1\n");
  EXPECT_EQ(one("workflow: base a=1"), rest + "      on-success:\n        - two\n      workflow: base a=1\n");
  EXPECT_EQ(one("on-success: {inherit: append, next: [fail: <% $.b %>]}")
                    .find("        - two\n        - fail: <% $.b %>\n") == std::string::npos,
            false);
  EXPECT_NE(one("on-success: {inherit: prepend, next: fail}").find("        - fail\n        - two\n"),
            std::string::npos);
  // What is inherited already is not said twice.
  EXPECT_NE(one("on-success: {inherit: append, next: [two, fail]}")
                .find("success:\n        - two\n        - fail\n"),
            std::string::npos);
  EXPECT_NE(one("on-success: {inherit: append, next: [fail], publish: {branch: {z: 1}}}")
                .find("on-success:\n        publish:\n          branch:\n            z: 1\n        next:\n"
                      "          - two\n          - fail\n"),
            std::string::npos);
  // Names of an action's parameters are not words of inheritance.
  EXPECT_NE(one("input: {before: 1, final: 2}").find("      input:\n        before: 1\n        final: 2\n"),
            std::string::npos);
}

TEST(Inheritance, ReplacedRemovedAndNewTasks) {
  EXPECT_NE(
      flat_child(child("  tasks:\n    one: {override: replace, action: std.fail}\n    three: {join: all}\n"))
          .find("  tasks:\n    one:\n      action: std.fail\n    two:\n      action: std.noop\n    three:\n"
                "      join: all\n"),
      std::string::npos);
  EXPECT_NE(
      flat_child(
          child("  tasks:\n    two: {override: remove, redirect: three}\n    three: {action: std.noop}\n"))
          .find("on-error:\n      - three\n"),
      std::string::npos);
  EXPECT_EQ(findings(child(
                "  tasks:\n    two: {override: remove, redirect: three}\n    three: {action: std.noop}\n")),
            "");
}

TEST(Inheritance, RedirectReachesExpressions) {
  const std::string family =
      "base:\n  output: {x: <% task(a).result %>, y: \"{{ task('a').result }}\", z: <% task('b') %>}\n"
      "  tasks: {a: {action: std.noop, on-success: [{b: <% task(a).state = SUCCESS %>}]}, b: {action: "
      "std.noop}}\n"
      "child:\n  extends: base\n  tasks:\n    a: {override: remove, redirect: c}\n    c: {action: std.noop, "
      "on-success: b}\n";
  EXPECT_NE(flat_child(family).find("    x: <% task('c').result %>\n    y: '{{ task(''c'').result }}'\n"),
            std::string::npos)
      << flat_child(family);
  EXPECT_EQ(findings(family), "");
}

TEST(Inheritance, WrappedTasks) {
  const std::string family =
      "base:\n  tasks:\n    start: {action: std.noop, on-success: work}\n"
      "    work: {action: std.echo output=1, join: all, on-success: done, on-error: failed, on-complete: "
      "log}\n"
      "    done: {action: std.noop}\n    failed: {action: std.noop}\n    log: {action: std.noop}\n"
      "child:\n  extends: base\n  tasks:\n    work: {override: merge, before: prepare, after: [check, "
      "report]}\n"
      "    prepare: {action: std.noop}\n    check: {action: std.noop}\n    report: {action: std.noop}\n";
  EXPECT_EQ(findings(family), "");
  EXPECT_EQ(flat_child(family),
            "child:\n  tasks:\n"
            "    start:\n      action: std.noop\n      on-success:\n        - prepare\n"
            "    work:\n      action: std.echo output=1\n      on-success:\n        - check\n"
            "      on-error:\n        - failed\n        - log\n"
            "    done:\n      action: std.noop\n    failed:\n      action: std.noop\n    log:\n      action: "
            "std.noop\n"
            "    prepare:\n      action: std.noop\n      join: all\n      on-success:\n        - work\n"
            "      on-error:\n        - failed\n        - log\n"
            "    check:\n      action: std.noop\n      on-success:\n        - report\n"
            "      on-error:\n        - failed\n        - log\n"
            "    report:\n      action: std.noop\n      on-success:\n        - done\n      on-complete:\n    "
            "    - log\n"
            "      on-error:\n        - failed\n");
  const std::string reverse =
      "base:\n  type: reverse\n  tasks:\n    a: {action: std.noop}\n    b: {action: std.noop, requires: a}\n"
      "    c: {action: std.noop, requires: [b]}\n"
      "child:\n  extends: base\n  tasks:\n    b: {override: merge, before: x, after: y}\n"
      "    x: {action: std.noop}\n    y: {action: std.noop}\n";
  EXPECT_EQ(flat_child(reverse),
            "child:\n  type: reverse\n  tasks:\n    a:\n      action: std.noop\n"
            "    b:\n      action: std.noop\n      requires:\n        - x\n"
            "    c:\n      action: std.noop\n      requires:\n        - y\n"
            "    x:\n      action: std.noop\n      requires:\n        - a\n"
            "    y:\n      action: std.noop\n      requires:\n        - b\n");
}

TEST(Inheritance, AdhocActions) {
  const std::string family =
      "greet: {base: std.echo, base-input: {output: <% $.who %>, delay: 1}, input: [who]}\n"
      "polite: {extends: greet, base-input: {output: Dear <% $.who %>, delay: null}, output: <% $ %>}\n"
      "wf: {tasks: {t: {action: polite who=1}}}\n";
  EXPECT_EQ(findings(family), "");
  EXPECT_NE(flat(family).find("\npolite:\n  base: std.echo\n  base-input:\n    output: Dear <% $.who %>\n"
                              "  input:\n    - who\n  output: <% $ %>\n"),
            std::string::npos)
      << flat(family);
  EXPECT_EQ(findings("a: {extends: b, base-input: {x: 1}}\nb: {extends: a, base-input: {x: 1}}\n"
                     "wf: {tasks: {t: {action: a}}}\n"),
            "GR1002 3:14");
}

TEST(Inheritance, NamesAreLookedForInOrder) {
  MemoryLibrary library(
      {{"lib.yaml", std::string(kHead) +
                        "shared: {tasks: {t: {action: std.noop, on-success: w}, w: {workflow: helper}}}\n"
                        "helper: {tasks: {h: {action: std.noop}}}\n"},
       {"broken.yaml", "a: [\n"},
       {"other.yaml", std::string(kHead) + "far: {tasks: {f: {action: std.noop}}}\n"}});
  EXPECT_EQ(findings("child: {extends: shared}\n", &library), "");
  // What is called is linked, what is only extended is not.
  const Compilation linked = compiled("child: {extends: shared}\n", &library);
  ASSERT_TRUE(linked.program);
  EXPECT_NE(linked.program->find_workflow("helper"), nullptr);
  EXPECT_EQ(linked.program->find_workflow("shared"), nullptr);
  EXPECT_EQ(findings("child: {extends: {workflow: far, file: other.yaml}}\n", &library), "");
  EXPECT_EQ(findings("child: {extends: {workflow: far, file: none.yaml}}\n", &library), "GR1015 3:40");
  EXPECT_EQ(findings("child: {extends: {workflow: near, file: other.yaml}}\n", &library), "GR1001 3:29");
  EXPECT_EQ(findings("child: {extends: sharde}\n", &library), "GR1001 3:18 [shared]");
  EXPECT_EQ(
      findings(
          "name: book\nworkflows:\n  base: {tasks: {t: {action: std.noop}}}\n  child: {extends: base}\n"),
      "");
}

TEST(Inheritance, NamesOfTheNamespaceComeBeforeThoseOfTheDefaultOne) {
  const auto file = [](const std::string& name, const std::string& body) {
    return std::make_shared<const core::Source>(name, kHead + body);
  };
  Options options;
  options.namespaces = {"", "site", "site", "other"};
  const Compilation result = compile(
      {file("a.yaml", "base: {tasks: {t: {action: std.noop}}}\nplain: {tasks: {p: {action: std.noop}}}\n"),
       file("b.yaml", "base: {tasks: {s: {action: std.noop}}}\n"),
       file("c.yaml", "child: {extends: base}\nsecond: {extends: plain}\n"),
       file("d.yaml", "third: {extends: base}\n")},
      options);
  ASSERT_TRUE(result.program) << core::to_text(result.diagnostics.sorted(), false);
  const auto first_task = [&](std::string_view name) {
    return result.program->name(result.program->find_workflow(name)->tasks.front().name);
  };
  EXPECT_EQ(first_task("child"), "s");
  EXPECT_EQ(first_task("second"), "p");
  EXPECT_EQ(first_task("third"), "t");
}

TEST(Inheritance, ChainsHaveAnEndAndALength) {
  EXPECT_EQ(findings("a: {extends: a}\n"), "GR1002 3:14");
  EXPECT_EQ(findings("a: {extends: b}\nb: {extends: c}\nc: {extends: a}\n"), "GR1002 3:14");
  std::string deep = "w0: {tasks: {t: {action: std.noop}}}\n";
  for (int i = 1; i <= 17; ++i) deep += fmt::format("w{}: {{extends: w{}}}\n", i, i - 1);
  EXPECT_EQ(findings(deep), "GR1003 7:15, GR1004 20:16");
  // Whatever the length, and from whichever end it is met.
  std::string endless;
  for (int i = 0; i < 50'000; ++i) endless += fmt::format("w{}: {{extends: w{}}}\n", i, i + 1);
  EXPECT_EQ(findings(endless + "w50000: {tasks: {t: {action: std.noop}}}\n"),
            "GR1004 49986:19, GR1003 49999:19");
}

TEST(Inheritance, OverridesAreSaid) {
  EXPECT_EQ(findings(child("  tasks:\n    one: {action: std.noop}\n")), "GR1005 19:5 [override: merge, ]");
  EXPECT_EQ(findings(child("  tasks:\n    one:\n      action: std.noop\n")),
            "GR1005 19:5 [override: merge\n      ]");
  EXPECT_EQ(findings(child("  tasks:\n    onne: {override: merge, action: std.noop}\n")),
            "GR1006 19:12 [one]");
  EXPECT_EQ(findings(child("  tasks:\n    zzz: {override: merge, action: std.noop}\n")), "GR1006 19:11 []");
  EXPECT_EQ(findings("wf: {tasks: {t: {action: std.noop, redirect: u}}}\n"), "GR1006 3:36");
  EXPECT_EQ(findings(child("  tasks:\n    one: {override: merg, action: std.noop}\n")),
            "GR0203 19:21 [merge]");
  EXPECT_EQ(findings(child("  tasks:\n    one: {override: merge, redirect: two}\n")), "GR1006 19:28");
  EXPECT_EQ(findings(child("  tasks:\n    one: {override: replace, action: std.noop, after: two}\n")),
            "GR1006 19:48");
  EXPECT_EQ(findings(child("  tasks:\n    one: {override: merge, after: thre}\n")), "GR0301 19:35");
  EXPECT_EQ(findings(child("  tasks:\n    one: {override: merge, before: one}\n")), "GR0301 19:36");
  EXPECT_EQ(
      findings(child("  tasks:\n    one: {override: merge, on-success: {inherit: apend, next: two}}\n")),
      "GR0203 19:50 [append]");
  EXPECT_EQ(findings(child("  tasks:\n    one: {override: merge, on-success: {inherit: append}}\n")),
            "GR0204 19:40");
}

TEST(Inheritance, RemovedTasksLeaveNoReference) {
  const Compilation removed = compiled(child("  tasks:\n    two: {override: remove}\n"));
  const auto all = removed.diagnostics.sorted();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].code, "GR1007");
  ASSERT_EQ(all[0].related.size(), 2u);
  EXPECT_EQ(all[0].related[0].span.first().line, 14u);
  EXPECT_EQ(all[0].related[1].span.first().line, 8u);
  EXPECT_EQ(findings("base:\n  tasks:\n    a: {action: std.noop, on-success: j}\n    b: {action: std.noop, "
                     "on-success: j}\n"
                     "    j: {join: 2}\nchild:\n  extends: base\n  tasks:\n    b: {override: remove}\n"),
            "GR1007 11:5");
  EXPECT_EQ(findings("base:\n  type: reverse\n  tasks:\n    a: {action: std.noop}\n    b: {action: std.noop, "
                     "requires: [a]}\n"
                     "child:\n  extends: base\n  tasks:\n    a: {override: remove}\n"),
            "GR1007 11:5");
}

TEST(Inheritance, AbstractWorkflowsAndTheirPromises) {
  const std::string base =
      "base:\n  abstract: true\n  tasks:\n    a: {action: std.noop, on-success: b}\n"
      "    b: {abstract: true, input: [output], publish: [address]}\n";
  EXPECT_EQ(findings(base + "child: {extends: base}\n"), "GR1008 8:1");
  EXPECT_EQ(findings(base + "child: {extends: base, abstract: true}\n"), "");
  const auto with = [&](const std::string& b) {
    return base + "child: {extends: base, tasks: {b: {override: merge, " + b + "}}}\n";
  };
  EXPECT_EQ(findings(with("action: std.echo output=1, publish: {address: 1}")), "");
  EXPECT_EQ(
      findings(with("action: std.echo, input: {output: 1}, on-success: {publish: {branch: {address: 1}}}")),
      "");
  EXPECT_EQ(findings(with("action: std.echo, input: <% env() %>, publish: {address: 1}")), "");
  EXPECT_EQ(findings(with("action: std.echo output=1")), "GR1009 8:32");
  EXPECT_EQ(findings(with("action: std.echo, publish: {address: 1}")), "GR1009 8:32");
  EXPECT_EQ(findings(base + "user: {tasks: {t: {workflow: base}}}\n"), "GR1013 8:30");
  EXPECT_EQ(findings("wf: {tasks: {t: {abstract: true}}}\n"), "GR1008 3:1");
  // A mapping promises its keys and gives their values.
  EXPECT_EQ(findings("base: {abstract: true, tasks: {b: {abstract: true, publish: {x: 1}}}}\n"
                     "child: {extends: base, tasks: {b: {override: merge, action: std.noop}}}\n"),
            "");
  EXPECT_EQ(findings("base: {abstract: true, tasks: {b: {abstract: true, publish: {x: 1}}}}\n"
                     "child: {extends: base, tasks: {b: {override: replace, action: std.noop}}}\n"),
            "GR1009 4:32");
  // What an abstract workflow says is checked without a child.
  EXPECT_EQ(findings("base: {abstract: true, tasks: {a: {action: std.noop, on-success: c}}}\n"
                     "wf: {tasks: {t: {action: std.echo output=<% 1 + %>}}}\n"),
            "GR0301 3:66, GR0501 4:49");
  EXPECT_EQ(findings("base: {abstract: maybe, tasks: {a: {action: std.noop}}}\n"), "GR0203 3:18");
}

TEST(Inheritance, FinalStaysAsItIs) {
  const auto with = [](const std::string& final, const std::string& body) {
    return "base:\n  final: " + final +
           "\n  region: One\n  tasks:\n    a: {action: std.noop, retry: count=1 delay=1}\n"
           "    b: {action: std.noop, final: [timeout]}\nchild:\n  extends: base\n" +
           body;  // line 11 on
  };
  EXPECT_EQ(findings(with("true", "")), "GR1010 10:12");
  EXPECT_EQ(findings(with("[region]", "  region: Two\n")), "GR1010 11:3");
  EXPECT_EQ(findings(with("[region]", "  region: One\n")), "");
  EXPECT_EQ(findings(with("[retry]", "  tasks: {a: {override: merge, retry: count=2 delay=1}}\n")),
            "GR1010 11:32");
  EXPECT_EQ(findings(with("[retry]", "  tasks: {a: {override: merge, wait-before: 3}}\n")), "");
  EXPECT_EQ(findings(with("[retry]", "  task-defaults: {retry: count=2 delay=1}\n")), "GR1010 11:19");
  EXPECT_EQ(findings(with("[action]", "  tasks: {a: {override: merge, workflow: base}}\n")), "GR1010 11:32");
  EXPECT_EQ(findings(with("[region]", "  tasks: {b: {override: merge, timeout: 3}}\n")), "GR1010 11:32");
  EXPECT_EQ(findings(with("[region]", "  tasks: {b: {override: remove}}\n")), "GR1010 11:11");
  EXPECT_EQ(findings(with("[region]", "  task-defaults: {timeout: 3}\n")), "GR1010 11:19");
  EXPECT_EQ(findings(with("[region]", "  final: false\n")), "GR1010 11:10");
  EXPECT_EQ(findings(with("[regoin]", "")), "GR0201 4:11 [region]");
  // It binds grandchildren, and may be tightened.
  EXPECT_EQ(findings(with("[region]",
                          "  final: [vars]\ngrandchild:\n  extends: child\n  region: Two\n  vars: {x: 1}\n")),
            "GR1010 14:3, GR1010 15:3");
}

TEST(Inheritance, CallersOfTheParentCanCallTheChild) {
  EXPECT_EQ(findings(child("  input: [c]\n")), "GR1011 18:11");
  EXPECT_EQ(findings(child("  input: [b]\n")), "GR1011 18:11");
  EXPECT_EQ(findings(child("  input: [a]\n")), "");
  EXPECT_EQ(findings(child("  input: null\n")), "GR1011 18:3");
  EXPECT_EQ(findings("base: {abstract: true, input: [{b: 1}], tasks: {t: {action: std.noop}}}\n"
                     "child: {extends: base, input: [b, c]}\n"),
            "");
  EXPECT_EQ(findings(child("  type: reverse\n")), "GR1012 18:9");
}

TEST(Inheritance, DigestsPinTheParent) {
  const std::string pinned =
      std::string(kBase) + "child:\n  extends: {workflow: base, digest: 'sha256:00'}\n";
  const Compilation refused = compiled(pinned);
  const auto all = refused.diagnostics.sorted();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].code, "GR1014");
  ASSERT_TRUE(all[0].suggestion);
  const std::string digest = all[0].suggestion->text;
  const auto with = [&](std::string text) {
    text.replace(text.find("sha256:00"), 9, digest);
    return text;
  };
  EXPECT_EQ(findings(with(pinned)), "");
  // Comments and style do not count, what is said does.
  EXPECT_EQ(findings(with("# about base\n" + pinned)), "");
  std::string other = with(pinned);
  other.replace(other.find("delay=2"), 7, "delay=3");
  EXPECT_EQ(findings(other).substr(0, 6), "GR1014");
  // The program remembers them.
  const Compilation good = compiled(with(pinned));
  ASSERT_TRUE(good.program);
  const ir::Workflow* workflow = good.program->find_workflow("child");
  ASSERT_EQ(workflow->ancestors.size(), 1u);
  EXPECT_EQ("sha256:" + workflow->ancestors[0].digest, digest);
  EXPECT_EQ(good.program->name(workflow->ancestors[0].name), "base");
}

TEST(Inheritance, FindingsInInheritedTextTellTheChain) {
  const Compilation result = compiled(
      "base:\n  abstract: true\n  tasks:\n    t: {action: std.echo output=<% $.nothing %>}\n"
      "middle: {extends: base, abstract: true}\nchild: {extends: middle}\n");
  const auto all = result.diagnostics.sorted();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].code, "GR0601");
  EXPECT_EQ(all[0].span.first().line, 6u);
  ASSERT_EQ(all[0].related.size(), 2u);
  EXPECT_EQ(all[0].related[0].span.first().line, 8u);
  EXPECT_EQ(all[0].related[1].span.first().line, 7u);
}

TEST(Inheritance, FindingsOfTheAnalysesTellTheChainToo) {
  const std::pair<const char*, const char*> cases[] = {
      {"GR0409", "t: {action: std.noop, on-complete: t}, s: {action: std.noop, on-success: t}"},
      {"GR0410", "t: {action: std.noop, on-success: [{u: <% false %>}]}, u: {action: std.noop}"},
      {"GR0512", "t: {action: \"std.echo output=<% 1 + 'a' %>\"}"},
      {"GR0604", "t: {action: std.echo output=<% task(u).result %>, on-success: u}, u: {action: std.noop}"},
      {"GR0706",
       "t: {action: std.noop, publish: {x: 1}, on-success: {publish: {branch: {x: 2}}, next: u}}, "
       "u: {action: std.echo output=<% $.x %>}"},
  };
  for (const auto& [code, tasks] : cases) {
    const Compilation result =
        compiled(fmt::format("base: {{abstract: true, tasks: {{{}}}}}\nchild: {{extends: base}}\n", tasks));
    const auto all = result.diagnostics.sorted();
    ASSERT_EQ(all.size(), 1u) << code;
    EXPECT_EQ(all[0].code, code);
    EXPECT_EQ(all[0].span.first().line, 3u) << code;
    ASSERT_FALSE(all[0].related.empty()) << code;
    EXPECT_EQ(all[0].related[0].message, "inherited by `child`") << code;
  }
}

TEST(Inheritance, TheDialectIsSaid) {
  const auto codes = [](const std::string& text) {
    std::string result;
    for (const core::Diagnostic& finding :
         compile({std::make_shared<const core::Source>("wf.yaml", text)}, {}).diagnostics.sorted()) {
      result += finding.code + " " + (finding.suggestion ? finding.suggestion->text : "") + ";";
    }
    return result;
  };
  const std::string body = "base: {tasks: {t: {action: std.noop}}}\nchild: {extends: base}\n";
  EXPECT_EQ(codes("version: '2.0'\n" + body), "GR0903 dialect: gregale/1\n;");
  EXPECT_EQ(codes("version: '2.0'\ndialect: gregale/2\n" + body), "GR0904 gregale/1;");
  EXPECT_EQ(codes("version: '2.0'\ndialect: gregale/1\n" + body), "");
}

TEST(Inheritance, OriginsAndDifferences) {
  core::Diagnostics diagnostics;
  Family family(
      {file_of(
          child("  tasks:\n    one: {override: merge, retry: count=5 delay=1}\n"
                "grandchild:\n  extends: child\n  tasks: {two: {override: replace, action: std.fail}}\n"))},
      nullptr, diagnostics);
  const FlatWorkflow* grandchild = family.find("grandchild");
  ASSERT_NE(grandchild, nullptr);
  const auto lines = [&](const std::vector<std::string>& path) {
    std::string result;
    for (const Origin& origin : origins(*grandchild, path)) {
      result += fmt::format("{} {} {};", origin.workflow->declaration->full_name,
                            origin.node->span.first().line, origin.remark);
    }
    return result;
  };
  EXPECT_EQ(lines({"tasks", "one", "retry"}), "base 13 ;child 19 ;");
  EXPECT_EQ(lines({"tasks", "two", "action"}), "base 15 ;grandchild 22 ;");
  EXPECT_EQ(lines({"tasks", "two", "publish"}), "grandchild 22 the task is replaced;");
  EXPECT_EQ(lines({"vars", "v"}), "base 6 ;");
  std::string changes;
  for (const Difference& one : differences(*family.find("base"), *grandchild)) changes += one.path + ";";
  EXPECT_EQ(changes, "tasks.one.retry;tasks.two.action;");
}

}  // namespace
}  // namespace gregale::compiler
