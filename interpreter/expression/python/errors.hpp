// The errors that Python's operations end with, so that a caller can tell them apart (YAQL's
// groupBy treats an IndexError unlike a TypeError). All of them are core::Error of the kind
// `invalid`.
#pragma once

#include <string>

#include "core/error.hpp"

namespace gregale::expression::python {

struct TypeError : core::Error {
  explicit TypeError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

struct ValueError : core::Error {
  explicit ValueError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

struct KeyError : core::Error {
  explicit KeyError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

struct IndexError : core::Error {
  explicit IndexError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

struct AttributeError : core::Error {
  explicit AttributeError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

struct ZeroDivisionError : core::Error {
  explicit ZeroDivisionError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

struct OverflowError : core::Error {
  explicit OverflowError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

// A result that would be larger than a limit of this program allows.
struct LimitError : core::Error {
  explicit LimitError(const std::string& message) : Error(core::ErrorKind::limit, message) {}
};

}  // namespace gregale::expression::python
