// What the dispatch of OpenStack actions costs: independent calls over two regions, against libcurl's multi
// interface that sends the same requests, each on one thread. bench/dispatch.py brings the server.
//
// usage: dispatch_bench URL_OF_REGION_ONE URL_OF_REGION_TWO [Google Benchmark's options]
#include <benchmark/benchmark.h>
#include <curl/curl.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"

namespace gregale::bench {
namespace {

using core::List;
using core::Map;
using core::Value;

constexpr size_t kCalls = 2000;
constexpr const char* kRegions[] = {"RegionOne", "RegionTwo"};
std::string urls[2];

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "dispatch_bench: %s\n", what);
  std::exit(1);
}

size_t count_bytes(char*, size_t size, size_t count, void* total) {
  *static_cast<size_t*>(total) += size * count;
  return size * count;
}

void bare_libcurl(benchmark::State& state) {
  curl_slist* headers = curl_slist_append(nullptr, "Accept: application/json");
  headers = curl_slist_append(headers, "X-Auth-Token: token");
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 64L);
  std::vector<CURL*> transfers;
  size_t bytes = 0;
  for (size_t i = 0; i < kCalls; ++i) {
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, (urls[i % 2] + "/v2/images").c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bytes);
    transfers.push_back(easy);
  }
  for (auto _ : state) {
    for (CURL* easy : transfers) curl_multi_add_handle(multi, easy);
    int running = 1;
    while (running > 0) {
      curl_multi_perform(multi, &running);
      if (running > 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      require(message->data.result == CURLE_OK, "a request failed");
    }
    for (CURL* easy : transfers) curl_multi_remove_handle(multi, easy);
  }
  require(bytes > 0, "the server answered nothing");
  for (CURL* easy : transfers) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kCalls));
}
BENCHMARK(bare_libcurl)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

// Credentials that bring token and catalog along, so that the same requests are sent.
stdlib::Credentials credentials() {
  stdlib::Credentials result;
  result.method = stdlib::Credentials::Method::token;
  result.auth_url = "http://127.0.0.1:9/v3";
  result.token = "token";
  List endpoints;
  for (int region : {0, 1}) {
    endpoints.push_back(Map{{"interface", "public"}, {"region_id", kRegions[region]}, {"url", urls[region]}});
  }
  result.service_catalog = List{Map{{"type", "image"}, {"endpoints", Value(std::move(endpoints))}}};
  return result;
}

void actions(benchmark::State& state) {
  core::RealClock clock;
  interpreter::ActionRegistry registry;
  stdlib::HttpClient client;
  stdlib::OpenstackSession session(client, clock, credentials);
  stdlib::register_openstack_actions(registry, session);
  const interpreter::Action* action = registry.find("glance.images_list");
  for (auto _ : state) {
    std::mutex mutex;
    std::condition_variable done;
    size_t left = kCalls;
    for (size_t i = 0; i < kCalls; ++i) {
      interpreter::ActionCall call{"glance.images_list", Map{}, {}};
      call.context.region = kRegions[i % 2];
      action->start(std::move(call), [&](interpreter::ActionResult result) {
        require(result.state == interpreter::ActionResult::State::success, result.message.c_str());
        const std::lock_guard lock(mutex);
        if (--left == 0) done.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return left == 0; });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kCalls));
}
BENCHMARK(actions)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
}  // namespace gregale::bench

int main(int argc, char** argv) {
  gregale::bench::require(argc >= 3, "two URLs are needed");
  gregale::bench::urls[0] = argv[1];
  gregale::bench::urls[1] = argv[2];
  argc -= 2;
  benchmark::Initialize(&argc, argv + 2);
  benchmark::RunSpecifiedBenchmarks();
}
