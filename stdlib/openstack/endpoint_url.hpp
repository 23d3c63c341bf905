// From the URL of a service catalog to those that requests go to.
#pragma once

#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::stdlib {

struct EndpointUrls {
  std::string root;       // of the service, without a version: where versions are listed
  std::string versioned;  // what paths are put behind
};

// [version_path] ("/v2") is put behind the URL, in place of a version that it ends with; empty: the
// URL has all it needs. Neither result ends with a slash.
EndpointUrls endpoint_urls(std::string url, const std::string& version_path);

// The newest microversion of a version document ({"version": {...}} or {"versions": [...]}); empty
// when it names none.
std::string newest_microversion(const core::Value& document);

// Whether a version document lists "v2" (or "v2.0", "v2.1", ...), if that is [version].
bool lists_version(const core::Value& document, std::string_view version);

}  // namespace gregale::stdlib
