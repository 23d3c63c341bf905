#include "tests/stdlib/stub_cloud.hpp"

#include <chrono>
#include <thread>

namespace gregale::tests {

using core::List;
using core::Map;
using core::Value;

ServerResponse StubCloud::answer(const ServerRequest& request) {
  if (request.path != "/v3/auth/tokens") return service_(request);
  std::this_thread::sleep_for(std::chrono::milliseconds(keystone_delay_milliseconds));
  if (keystone_status != 201) {
    return json_response(keystone_status,
                         R"({"error": {"code": 401, "message": "The request you have made requires )"
                         R"(authentication.", "title": "Unauthorized"}})");
  }
  List catalog;
  for (const char* type : {"compute", "block-storage", "database", "image", "network", "object-store", "dns",
                           "baremetal", "baremetal-introspection"}) {
    List endpoints;
    for (const char* region : {"RegionOne", "RegionTwo"}) {
      endpoints.push_back(
          Map{{"interface", "public"}, {"region_id", region}, {"url", url() + "/" + region + "/" + type}});
    }
    catalog.push_back(Map{{"type", type}, {"endpoints", Value(std::move(endpoints))}});
  }
  const int minutes = token_seconds / 60;
  char expires[40];
  std::snprintf(expires, sizeof expires, "2026-01-01T%02d:%02d:%02d.000000Z", minutes / 60 % 24, minutes % 60,
                token_seconds % 60);
  ServerResponse response =
      json_response(201, core::to_json(Map{{"token", Map{{"catalog", Value(std::move(catalog))},
                                                         {"issued_at", "2026-01-01T00:00:00.000000Z"},
                                                         {"expires_at", static_cast<const char*>(expires)},
                                                         {"project", Map{{"id", "p"}}}}}}));
  ++tokens_;
  response.headers.emplace_back("X-Subject-Token", token());
  return response;
}

}  // namespace gregale::tests
