// Mistakes put into definitions at the level of YAML: a tree that was valid is changed at places that numbers
// choose, and written as text again. For the test of the front end and its fuzzer.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "compiler/compiler.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

// The text with the mistakes that [choices] say; the empty text when [text] is no YAML. The same numbers make
// the same mistakes.
std::string mutated(const std::string& text, std::span<const uint8_t> choices);

// What is wrong with the findings about [source], apart from what they say: a place outside of the file, one
// that ends before it begins, no code, an empty message. Empty: nothing.
std::string fault_of(const core::Diagnostics& diagnostics, const core::SourcePtr& source);

}  // namespace gregale::compiler
