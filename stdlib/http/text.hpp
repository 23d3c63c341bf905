// Bodies of HTTP messages as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gregale::stdlib {

// The character set that a Content-Type names or implies: text/* without one is ISO-8859-1, JSON is
// UTF-8; empty for everything else. Lower case names stay as they are written.
std::string charset_of(std::string_view content_type);

// [bytes] of [charset] (empty: UTF-8) as UTF-8; what is not valid there becomes U+FFFD.
std::string to_utf8(std::string_view bytes, const std::string& charset);

// Whether [bytes] are UTF-8.
bool is_utf8(std::string_view bytes) noexcept;

// RFC 4648 with padding.
std::string base64_encode(std::string_view bytes);
// Nothing when [text] is not of that form.
std::optional<std::string> base64_decode(std::string_view text);

// Without the white space at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace gregale::stdlib
