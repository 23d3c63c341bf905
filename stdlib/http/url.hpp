// URLs: the few things that actions do with them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gregale::stdlib {

// Everything but letters, digits, "_.-~" and the characters of [safe] as %XX.
std::string percent_encode(std::string_view text, std::string_view safe = {});

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// "a=1&b=x+y": as HTML forms encode it, blanks as plus signs.
std::string encode_query(const QueryParameters& parameters);

// [url] with [query] (already encoded, may be empty) behind what query it has.
std::string append_query(std::string url, std::string_view query);

// "https://host:port" of [url]; empty when it is not absolute.
std::string url_origin(std::string_view url);

// [url] without user, password, query and fragment: what may be shown.
std::string url_without_secrets(std::string_view url);

}  // namespace gregale::stdlib
