// Workflows of any size for the benchmarks.
#pragma once

#include <fmt/format.h>

#include <string>

namespace gregale::bench {

// A chain of [tasks] tasks without effects.
inline std::string chain(int tasks) {
  std::string text = "version: '2.0'\nchain:\n  tasks:\n";
  for (int i = 0; i < tasks; ++i) {
    text += fmt::format("    t{}:\n      action: std.noop\n", i);
    if (i + 1 < tasks) text += fmt::format("      on-success: t{}\n", i + 1);
  }
  return text;
}

// One task, [branches] tasks after it, a join.
inline std::string fan(int branches) {
  std::string text = "version: '2.0'\nfan:\n  tasks:\n    s:\n      on-success:\n";
  for (int i = 0; i < branches; ++i) text += fmt::format("        - t{}\n", i);
  for (int i = 0; i < branches; ++i) text += fmt::format("    t{}: {{on-success: j}}\n", i);
  return text + "    j: {join: all}\n";
}

// One task with that many items.
inline std::string items(int count) {
  return fmt::format(
      "version: '2.0'\nitems:\n  tasks:\n    t:\n      with-items: i in <% range({}).toList() %>\n"
      "      action: std.noop\n",
      count);
}

// What people write: inputs, expressions, guards, policies, publishing; [tasks] tasks in a chain.
inline std::string ordinary(int tasks) {
  std::string text =
      "version: '2.0'\nordinary:\n  input: [name, size: 3]\n  output: {r: <% $.v0 %>}\n  tasks:\n";
  for (int i = 0; i < tasks; ++i) {
    text += fmt::format(
        "    step_{0}:\n"
        "      action: std.echo output=\"<% $.name %> has <% $.size + {0} %>\"\n"
        "      publish:\n"
        "        v{0}: <% task().result %>\n"
        "      retry: count=3 delay=1 break-on=<% $.size > 10 %>\n"
        "      on-error: [fail msg=\"step {0} failed\"]\n",
        i);
    if (i + 1 < tasks) {
      text += fmt::format("      on-success:\n        - step_{0}: <% $.v{1}.len() > 0 %>\n", i + 1, i);
    }
  }
  return text;
}

}  // namespace gregale::bench
