#include "oidc/fetch.hpp"

#include <curl/curl.h>

#include <memory>

#include "oidc/discovery.hpp"

namespace wider::oidc {
namespace {

struct Releases {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Incoming {
  std::string body;
  std::size_t most_bytes;
};

std::size_t take(const char* bytes, std::size_t, std::size_t size, void* into) {
  auto* incoming = static_cast<Incoming*>(into);
  if (incoming->body.size() + size > incoming->most_bytes) return 0;  // curl gives up
  incoming->body.append(bytes, size);
  return size;
}

bool start_curl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

Result<Answer> fetch(const FetchOptions& options, const Question& question) {
  const auto no_answer = failure(ErrorCode::unavailable, "The sign-in service does not answer.");
  if (!good_address(question.address) || !start_curl()) return no_answer;
  const std::unique_ptr<CURL, Releases> handle(curl_easy_init());
  if (!handle) return no_answer;
  Incoming incoming{"", question.most_bytes};
  std::unique_ptr<curl_slist, Releases> headers(curl_slist_append(nullptr, "Accept: application/json"));
  if (!question.authorization.empty()) {
    curl_slist* longer = curl_slist_append(headers.get(), ("Authorization: " + question.authorization).c_str());
    if (longer == nullptr) return no_answer;
  }
  bool set = headers != nullptr;
  const auto option = [&](CURLoption which, auto value) {
    set = curl_easy_setopt(handle.get(), which, value) == CURLE_OK && set;
  };
  const bool local = on_this_machine(question.address);
  option(CURLOPT_URL, question.address.c_str());
  option(CURLOPT_PROTOCOLS_STR, local ? "http,https" : "https");
  option(CURLOPT_FOLLOWLOCATION, 0L);
  option(CURLOPT_NOSIGNAL, 1L);
  option(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.to_connect.count()));
  option(CURLOPT_TIMEOUT_MS, static_cast<long>(options.in_all.count()));
  option(CURLOPT_MAXFILESIZE, static_cast<long>(question.most_bytes));
  option(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  option(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  option(CURLOPT_HTTPHEADER, headers.get());
  option(CURLOPT_WRITEFUNCTION, &take);
  option(CURLOPT_WRITEDATA, static_cast<void*>(&incoming));
  if (local) option(CURLOPT_PROXY, "");
  if (!options.authorities.empty()) {
    option(CURLOPT_CAINFO, options.authorities.c_str());
    option(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!question.form.empty()) {
    option(CURLOPT_POSTFIELDSIZE, static_cast<long>(question.form.size()));
    option(CURLOPT_POSTFIELDS, question.form.c_str());
  }
  if (!set || curl_easy_perform(handle.get()) != CURLE_OK) return no_answer;
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return Answer{static_cast<int>(status), std::move(incoming.body)};
}

}  // namespace

Fetch make_fetch(FetchOptions options) {
  return [options = std::move(options)](const Question& question) { return fetch(options, question); };
}

}  // namespace wider::oidc
