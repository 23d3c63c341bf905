#include "stdlib/http/url.hpp"

namespace gregale::stdlib {

namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == '~';
}

void append_encoded(std::string& out, char c) {
  static constexpr char kHexadecimal[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kHexadecimal[byte >> 4];
  out += kHexadecimal[byte & 15];
}

std::string encode_form(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (unreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      append_encoded(out, c);
    }
  }
  return out;
}

}  // namespace

std::string percent_encode(std::string_view text, std::string_view safe) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (unreserved(c) || safe.find(c) != std::string_view::npos) {
      out += c;
    } else {
      append_encoded(out, c);
    }
  }
  return out;
}

std::string encode_query(const QueryParameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out += encode_form(name);
    out += '=';
    out += encode_form(value);
  }
  return out;
}

std::string append_query(std::string url, std::string_view query) {
  if (query.empty()) return url;
  const size_t fragment = url.find('#');
  if (fragment != std::string::npos) url.erase(fragment);
  if (url.find('?') == std::string::npos) {
    url += '?';
  } else if (url.back() != '?' && url.back() != '&') {
    url += '&';
  }
  return url.append(query);
}

std::string url_origin(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const size_t end = url.find_first_of("/?#", scheme + 3);
  return std::string(url.substr(0, end));
}

std::string url_without_secrets(std::string_view url) {
  std::string shown(url.substr(0, url.find_first_of("?#")));
  const size_t scheme = shown.find("://");
  if (scheme == std::string::npos) return shown;
  const size_t authority_end = shown.find('/', scheme + 3);
  const size_t at = shown.rfind('@', authority_end);
  if (at != std::string::npos && at > scheme) shown.erase(scheme + 3, at - scheme - 2);
  return shown;
}

}  // namespace gregale::stdlib
