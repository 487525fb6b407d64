// What a browser sends: addresses, forms and cookies. What decodes is UTF-8 and survives being written and read again;
// a path to go back to never leads off the site.
#include <string_view>

#include "base/check.hpp"
#include "base/html.hpp"
#include "base/utf8.hpp"
#include "web/http.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool plus_is_space : {false, true}) {
    const auto decoded = web::percent_decode(text, plus_is_space);
    if (!decoded) continue;
    CHECK(valid_utf8(*decoded) && decoded->find('\0') == std::string::npos);
    CHECK(web::percent_decode(web::percent_encode(*decoded), plus_is_space) == decoded);
  }
  if (const auto form = web::parse_form(text)) {
    CHECK(form->size() <= 64);
    std::string again;
    for (const auto& [name, value] : *form) {
      again += web::percent_encode(name) + '=' + web::percent_encode(value) + '&';
    }
    CHECK(web::parse_form(again) == form);
  }
  const auto cookies = web::parse_cookies(text);
  CHECK(cookies.size() <= 64);
  for (const auto& [name, value] : cookies) CHECK(value.find(';') == std::string::npos);
  const std::string path = web::safe_local_path(text);
  CHECK(path.starts_with('/') && !path.starts_with("//") && path.find_first_of("\\\r\n :\"<>") == std::string::npos);
  CHECK(Html::escape(text).str().find_first_of("<>\"'") == std::string::npos);
  return 0;
}
