// What an OpenStack service says when it refuses: each has a format of its own.
#pragma once

#include <string>

#include "stdlib/http/http_message.hpp"

namespace gregale::stdlib {

// The service's own words from the body of [response], on one line, without HTML; where it has
// none, the status in words.
std::string service_message(const HttpResponse& response);

// The id by which the service's operators find the request in their logs; empty when it gave none.
std::string request_id(const HttpResponse& response);

// "HTTP 404: Instance x could not be found. (request req-...)"
std::string refusal_text(const HttpResponse& response);

}  // namespace gregale::stdlib
