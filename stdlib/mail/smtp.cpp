#include "stdlib/mail/smtp.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;

namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Upload {
  std::string_view rest;
};

size_t read_upload(char* buffer, size_t size, size_t count, void* user) {
  std::string_view& rest = static_cast<Upload*>(user)->rest;
  const size_t taken = std::min(size * count, rest.size());
  std::memcpy(buffer, rest.data(), taken);
  rest.remove_prefix(taken);
  return taken;
}

int stop_transfer(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Allowance*>(user)->expired() ? 1 : 0;
}

}  // namespace

void deliver(const SmtpDelivery& delivery, const Allowance& allowance) {
  const std::unique_ptr<CURL, CloseHandle> handle(curl_easy_init());
  std::unique_ptr<curl_slist, FreeList> recipients;
  for (const std::string& recipient : delivery.recipients) {
    recipients.reset(curl_slist_append(recipients.release(), recipient.c_str()));
  }
  Upload upload{delivery.text};
  char problem[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle.get(), option, value); };
  const std::string url = fmt::format("smtp://{}", delivery.server);
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(problem));
  set(CURLOPT_MAIL_FROM, delivery.from.c_str());
  set(CURLOPT_MAIL_RCPT, recipients.get());
  set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &read_upload);
  set(CURLOPT_READDATA, &upload);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(delivery.text.size()));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &stop_transfer);
  set(CURLOPT_XFERINFODATA, const_cast<Allowance*>(&allowance));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<int64_t>(1, allowance.left().count())));
  if (delivery.log_in) {
    set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    // Mistral takes any certificate here; mail servers within a site often have their own.
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
    set(CURLOPT_USERNAME, delivery.user.c_str());
    set(CURLOPT_PASSWORD, delivery.password.c_str());
  }
  const CURLcode code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return;
  if (allowance.expired()) throw Error(ErrorKind::disconnected, allowance.reason());
  throw Error(ErrorKind::disconnected, problem[0] != '\0' ? problem : curl_easy_strerror(code));
}

}  // namespace gregale::stdlib
