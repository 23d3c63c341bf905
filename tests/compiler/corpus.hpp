// Definitions from the conformance corpora under tests/conformance.
#pragma once

#include <string>
#include <vector>

#include "compiler/compiler.hpp"
#include "core/value.hpp"

namespace gregale::compiler {

// The lines of tests/conformance/[name].
std::vector<core::Value> read_corpus(const std::string& name);

// The files of a case of workflows.jsonl.
std::vector<core::SourcePtr> sources_of_case(const core::Value& test_case);

// The texts of all those files, and the examples of all codes, with mistakes and without.
std::vector<std::string> definition_texts();

core::SourcePtr source(std::string text, std::string name = "wf.yaml");

// Compiles texts as files wf.yaml, or wf0.yaml, wf1.yaml...
Compilation compile_text(std::string text);

}  // namespace gregale::compiler
