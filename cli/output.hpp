// Where the program writes: results to standard output, everything else to standard error.
#pragma once

#include <string>
#include <string_view>

#include "core/diagnostic.hpp"
#include "core/value.hpp"

namespace gregale::cli {

enum class Format { text, json, sarif, github };

bool colour_on(int file_descriptor);
void print(std::string_view text);        // standard output
void print_error(std::string_view text);  // standard error
void print_json(const core::Value& document);
void print_findings(const core::Diagnostics& diagnostics);

}  // namespace gregale::cli
