// The two forms of the IR: binary, which is stored and addressed by its hash, and text, which is read by
// people. Both round-trip: reading what was written gives an equal Program. docs/ir.md describes them.
#pragma once

#include <string>
#include <string_view>

#include "compiler/ir/ir.hpp"

namespace gregale::ir {

std::string to_binary(const Program& program);
// Throws core::Error(invalid) for anything that is not a whole, consistent program of this version; no
// input may crash it, or make it allocate more than a small multiple of the input's size.
Program from_binary(std::string_view bytes);
// Magic, version, size and checksum before a body, as to_binary() writes them; for tests of the reader.
std::string with_header(std::string_view body);
// Whether [bytes] begin as the binary form does.
bool is_binary(std::string_view bytes) noexcept;

std::string to_text(const Program& program);
Program from_text(std::string_view text);

// SHA-256 of the binary form, in lower-case hexadecimal: the program's address.
std::string digest(const Program& program);
// SHA-256 of any bytes, in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);

// One workflow as a graph for Graphviz.
std::string to_dot(const Program& program, const Workflow& workflow);

}  // namespace gregale::ir
