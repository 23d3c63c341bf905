// A request as people and tools are told of it before it is sent.
#pragma once

#include "core/value.hpp"
#include "stdlib/http/http_message.hpp"

namespace gregale::stdlib {

// {method, url, headers?, body?}: the body as data where it is JSON. Without the headers that every request
// has; credentials are masked.
core::Value request_description(const HttpRequest& request);

}  // namespace gregale::stdlib
