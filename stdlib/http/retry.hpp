// Sending again what did not get through, a bounded number of times.
#pragma once

#include <memory>

#include "stdlib/http/http_client.hpp"
#include "stdlib/http/service_gate.hpp"

namespace gregale::stdlib {

struct RetryPolicy {
  int attempts = 3;                   // in all
  double first_delay_seconds = 0.5;   // doubles each time
  double longest_delay_seconds = 30;  // also for what Retry-After asks for; longer: no further attempt
  double jitter = 0.25;               // of a delay that Retry-After did not ask for: this part, more or less
  double seconds = 0;                 // for all attempts together; 0: each has the request's own timeout
  // Whether carrying the request out twice does no harm. If not, it is sent again only where the first
  // cannot have been carried out: the connection was not made, or the service said 429, or 503 with
  // Retry-After.
  bool repeatable = true;
};

// Sends [request]; again after a failed connection, and after 429 and 503 as Retry-After says. Each attempt
// goes through [gate] (null: there is none), and what it refuses is not tried again. [completion] is called
// exactly once.
void send_with_retries(HttpClient& client, HttpRequest request, const RetryPolicy& policy,
                       std::shared_ptr<ServiceGate> gate, HttpCompletion completion);

}  // namespace gregale::stdlib
