#include "stdlib/openstack/endpoint_url.hpp"

#include <algorithm>
#include <cctype>

#include "stdlib/openstack/template.hpp"

namespace gregale::stdlib {

using core::Value;

namespace {

// "v2", "v2.1", "v3"
bool is_version(std::string_view segment) {
  return segment.size() >= 2 && segment[0] == 'v' &&
         std::all_of(segment.begin() + 1, segment.end(),
                     [](char c) { return std::isdigit(static_cast<unsigned char>(c)) || c == '.'; });
}

// Where the last segment that is a version begins (its slash); npos: there is none.
size_t find_version(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  size_t found = std::string_view::npos;
  for (size_t at = path; at != std::string_view::npos; at = url.find('/', at + 1)) {
    const size_t end = url.find('/', at + 1);
    if (is_version(url.substr(at + 1, end == std::string_view::npos ? end : end - at - 1))) {
      found = at;
    }
  }
  return found;
}

void consider(const Value& entry, std::string& newest) {
  for (const char* key : {"version", "max_version"}) {
    const Value version = entry.get(key);
    if (version.is_string() && compare_versions(newest, version.as_string()) < 0) {
      newest = version.as_string();
    }
  }
}

}  // namespace

EndpointUrls endpoint_urls(std::string url, const std::string& version_path) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  const size_t version = find_version(url);
  EndpointUrls urls{url.substr(0, version), url};
  if (version_path.empty()) return urls;
  const bool at_end = version != std::string::npos && url.find('/', version + 1) == std::string::npos;
  urls.versioned = (at_end ? urls.root : url) + version_path;
  return urls;
}

bool lists_version(const Value& document, std::string_view version) {
  Value versions = document.get("versions");
  if (versions.is_map()) versions = Value(versions.get("values"));
  if (!versions.is_list()) return false;
  const auto& entries = versions.as_list();
  return std::any_of(entries.begin(), entries.end(), [&](const Value& entry) {
    const Value id = entry.get("id");
    if (!id.is_string() || !id.as_string().starts_with(version)) return false;
    return id.as_string().size() == version.size() || id.as_string()[version.size()] == '.';
  });
}

std::string newest_microversion(const Value& document) {
  std::string newest;
  consider(document.get("version"), newest);
  const Value versions = document.get("versions");
  if (versions.is_list()) {
    for (const Value& entry : versions.as_list()) consider(entry, newest);
  }
  return newest;
}

}  // namespace gregale::stdlib
