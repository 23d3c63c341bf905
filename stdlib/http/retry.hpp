// Sending again what did not get through, a bounded number of times.
#pragma once

#include "stdlib/http/http_client.hpp"

namespace gregale::stdlib {

struct RetryPolicy {
  int attempts = 3;                   // in all
  double first_delay_seconds = 0.5;   // doubles each time
  double longest_delay_seconds = 30;  // also for what Retry-After asks for; longer: no further attempt
};

// Sends [request]; again after a failed connection, and after 429 and 503 as Retry-After says. For
// requests that do no harm when they are carried out twice. [completion] is called exactly once.
void send_with_retries(HttpClient& client, HttpRequest request, const RetryPolicy& policy,
                       HttpCompletion completion);

}  // namespace gregale::stdlib
