// A whole request against a site of fixed fictitious people, as somebody signed in. The first byte says the method and
// the role, the first line the address, the rest the form or the JSON. Every answer is a page of a known status;
// nothing that was sent comes back as markup.
#include <array>
#include <string_view>

#include "base/check.hpp"
#include "web/fake/fake_pages.hpp"
#include "web/site.hpp"

namespace {

using namespace wider;

constexpr std::array known_statuses = {200, 303, 400, 403, 404, 405, 503};

struct Town {
  web::FakePages pages;
  std::unique_ptr<web::Site> site = std::move(web::Site::make(pages, web::Assets{}, {}).value());
  std::array<hub::SignIn, access::user_role_count> people;
  Town() {
    for (std::size_t i = 0; i < people.size(); ++i) {
      const auto role = static_cast<access::UserRole>(i);
      people[i] = pages.sign_in(access::name_of(role), web::FakePages::password).value();
      for (std::size_t k = 0; k < access::purpose_kind_count; ++k) {
        const auto kind = static_cast<access::PurposeKind>(k);
        if (access::suits(role, kind)) CHECK(pages.choose_purpose(people[i].token, kind, "fuzz").has_value());
      }
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static Town town;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view address = text.substr(0, line);
  const std::size_t question = std::min(address.find('?'), address.size());
  const auto path = web::percent_decode(address.substr(0, question), false);
  const auto query = web::parse_form(question < address.size() ? address.substr(question + 1) : std::string_view());
  auto form = web::parse_form(line < text.size() ? text.substr(line + 1) : std::string_view());
  if (!form) form.emplace();  // the rest may be JSON
  if (!path || !query) return 0;
  const std::size_t who = (data[0] >> 1) % (access::user_role_count + 1);  // the last one is nobody
  web::Request request;
  request.method = (data[0] & 1) != 0 ? web::Method::post : web::Method::get;
  request.path = *path;
  request.query = *query;
  request.form = *form;
  request.body = line < text.size() ? text.substr(line + 1) : std::string_view();
  request.host = "127.0.0.1:8080";
  if (who < access::user_role_count) {
    request.cookies.emplace(web::session_cookie, town.people[who].token);
    request.form.try_emplace("csrf", town.people[who].csrf);
    request.authorization = "Bearer " + town.people[who].token;
  }
  // Signing out or in for real would cost a password's hashing or end the session that the next input needs.
  if (request.path == "/sign-out" || (request.path == "/sign-in" && request.method == web::Method::post)) return 0;
  if (request.path.starts_with("/api/v1/session")) return 0;
  const web::Response response = town.site->handle(request);
  CHECK(std::find(known_statuses.begin(), known_statuses.end(), response.status) != known_statuses.end());
  for (const auto& [name, value] : response.headers) CHECK(value.find_first_of("\r\n") == std::string::npos);
  CHECK(response.body.find("<script>alert") == std::string::npos);
  CHECK(response.body.find("\"onload=") == std::string::npos);
  return 0;
}
