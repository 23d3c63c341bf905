// The workflows that come with the program: stdlib/workflows/*.yaml, compiled into it as text. Nothing of
// them is parsed before a definition, or the command line, names one.
#pragma once

#include <span>
#include <string_view>

namespace gregale::stdlib {

struct ShippedFile {
  std::string_view name;  // "image.yaml"
  std::string_view text;
  std::span<const std::string_view> workflows;  // full names, in the order of the file: "image.verify_same"
};

// All of them; ascending by name.
std::span<const ShippedFile> shipped_files();

// The file with the workflow of that full name; nullptr when there is none.
const ShippedFile* find_shipped_file(std::string_view workflow);

}  // namespace gregale::stdlib
