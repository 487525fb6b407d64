// The whole site without a socket, over a hub of fixed fictitious people.
#include "web/site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "web/api.hpp"
#include "web/fake/fake_pages.hpp"

namespace wider::web {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* finding_path = "/finding/third-child-7f3a90c2";

class SiteTest : public testing::Test {
 protected:
  SiteTest() : site_(std::move(Site::make(pages_, Assets{}, {}).value())) {}

  // Signs somebody in straight at the hub; the sign-in page has tests of its own.
  void sign_in(access::UserRole role, bool with_purpose = true) {
    session_ = pages_.sign_in(access::name_of(role), FakePages::password).value();
    if (!with_purpose) return;
    for (std::size_t i = 0; i < access::purpose_kind_count; ++i) {
      const auto kind = static_cast<access::PurposeKind>(i);
      if (access::suits(role, kind)) pages_.choose_purpose(session_.token, kind, "concern 2012-0441").value();
    }
  }
  [[nodiscard]] Request request(Method method, std::string path) const {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.host = "127.0.0.1:8080";
    if (!session_.token.empty()) request.cookies.emplace(session_cookie, session_.token);
    return request;
  }
  [[nodiscard]] Response get(std::string path, Fields query = {}) const {
    Request asked = request(Method::get, std::move(path));
    asked.query = std::move(query);
    return site_->handle(asked);
  }
  [[nodiscard]] Response post(std::string path, Fields form) const {
    Request sent = request(Method::post, std::move(path));
    sent.form = std::move(form);
    sent.form.try_emplace("csrf", session_.csrf);
    return site_->handle(sent);
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  FakePages pages_;
  std::unique_ptr<Site> site_;
  hub::SignIn session_;
};

// The API has gates and tests of its own (api_test.cpp).
bool of_the_api(const Route& route) {
  return route.pattern.starts_with(api_prefix);
}

// An address for each pattern, so that a new route is tried here without anybody remembering to.
std::string example_of(std::string pattern) {
  const std::string id = pattern.starts_with("/finding/") ? "third-child-7f3a90c2" : "P123";
  if (const std::size_t at = pattern.find("{id}"); at != std::string::npos) pattern.replace(at, 4, id);
  if (const std::size_t at = pattern.find("{agency}"); at != std::string::npos) pattern.replace(at, 8, "police");
  if (const std::size_t at = pattern.find("{number}"); at != std::string::npos) pattern.replace(at, 8, "900");
  return pattern;
}

TEST_F(SiteTest, OnlyTheseRoutesAreOpenToEverybodyOrToEveryRole) {
  std::set<std::string> open;
  std::set<std::string> any_role;
  for (const Route& route : site_->router().routes()) {
    ASSERT_TRUE(route.handler) << route.pattern;
    if (std::holds_alternative<Everybody>(route.gate)) open.insert(route.pattern);
    if (std::holds_alternative<SignedIn>(route.gate)) any_role.insert(route.pattern);
  }
  EXPECT_EQ(open, (std::set<std::string>{"/healthz", "/readyz", "/metrics", "/sign-in", "/sign-in/code", "/signed-out",
                                         "/sign-in/service", "/sign-in/service/back",
                                         "/api/v1/openapi.json", "/api/v1/session"}));
  EXPECT_EQ(any_role, (std::set<std::string>{"/purpose", "/sign-out", "/account", "/account/password",
                                             "/account/second-factor", "/account/token", "/account/token/close",
                                             "/sealed", "/api/v1/session/end", "/api/v1/purpose"}));
}

TEST_F(SiteTest, WithoutASessionEveryOtherRouteLeadsToSigningIn) {
  for (const Route& route : site_->router().routes()) {
    if (std::holds_alternative<Everybody>(route.gate) || of_the_api(route)) continue;
    const Response response = site_->handle(request(route.method, example_of(route.pattern)));
    EXPECT_EQ(response.status, 303) << route.pattern;
    EXPECT_THAT(header(response, "Location"), HasSubstr("/sign-in")) << route.pattern;
    EXPECT_TRUE(response.body.empty()) << route.pattern;
  }
}

TEST_F(SiteTest, EveryRouteFollowsTheTableOfRoles) {
  for (std::size_t i = 0; i < access::user_role_count; ++i) {
    const auto role = static_cast<access::UserRole>(i);
    sign_in(role);
    for (const Route& route : site_->router().routes()) {
      const auto* action = std::get_if<access::Action>(&route.gate);
      if (action == nullptr || of_the_api(route)) continue;
      const Response response = route.method == Method::get
                                    ? get(example_of(route.pattern), {{"left", "a"}, {"right", "b"}})
                                    : post(example_of(route.pattern), {{"q", "x"},
                                                                       {"action", "take"},
                                                                       {"entry", "41"},
                                                                       {"raw", "x"},
                                                                       {"left", "a"},
                                                                       {"right", "b"},
                                                                       {"word", "same"},
                                                                       {"username", "morgan"},
                                                                       {"name", "Morgan Ellis"},
                                                                       {"role", "social-worker"},
                                                                       {"agency", "social-care"},
                                                                       {"do", "change"},
                                                                       {"about", "x"},
                                                                       {"what", "y"},
                                                                       {"seal", "812"},
                                                                       {"good", "1"},
                                                                       {"note", "seen"},
                                                                       {"person", "P123"},
                                                                       {"reason", "known"}});
      const bool refused = response.status == 403;
      EXPECT_EQ(refused, !access::may(role, *action)) << route.pattern << " for " << access::name_of(role);
      EXPECT_EQ(pages_.refusals_entered.size(), refused ? 1U : 0U) << route.pattern;
      pages_.refusals_entered.clear();
      if (!refused) {
        EXPECT_TRUE(response.status == 200 || response.status == 303) << route.pattern << ": " << response.body;
      }
    }
  }
}

TEST_F(SiteTest, ARefusalThatCannotBeEnteredIsNotTold) {
  sign_in(access::UserRole::chair);
  EXPECT_EQ(get("/governance").status, 403);
  ASSERT_EQ(pages_.refusals_entered.size(), 1U);
  EXPECT_EQ(pages_.refusals_entered[0], access::Action::governance);
  pages_.ask_for_error = "unavailable";
  EXPECT_EQ(get("/governance").status, 503);
}

TEST_F(SiteTest, EveryPageRendersRichAndEmptyWithoutAnUnknownKeyOrInlineScript) {
  const std::regex inline_code("<script>|<style|style=\"| on[a-z]+=\"|javascript:");
  for (const bool empty : {false, true}) {
    pages_.empty = empty;
    for (std::size_t i = 0; i < access::user_role_count; ++i) {
      sign_in(static_cast<access::UserRole>(i));
      for (const Route& route : site_->router().routes()) {
        if (route.method != Method::get || of_the_api(route)) continue;
        const Response response =
            get(example_of(route.pattern), {{"left", "a"}, {"right", "b"}, {"as-known-at", "2009-06-30"}});
        ASSERT_NE(response.status, 500) << route.pattern << ": " << response.body;
        EXPECT_FALSE(std::regex_search(response.body, inline_code)) << route.pattern;
        EXPECT_THAT(response.body, Not(HasSubstr("{{"))) << route.pattern;
      }
      // Pages that are the answer to a form.
      for (const auto& [path, form] :
           std::vector<std::pair<std::string, Fields>>{{"/search", {{"q", "Chelsea"}}},
                                                       {"/search", {{"q", "nobody"}}},
                                                       {finding_path, {{"action", "dismiss"}}},
                                                       {finding_path, {{"action", "snooze"}}},
                                                       {"/held-back", {{"entry", "x"}}},
                                                       {"/explain", {{"left", "a"}, {"right", "b"}, {"word", "same"}}},
                                                       {"/account/password", {{"new", "x"}}},
                                                       {"/account/second-factor", {{"code", "1"}}},
                                                       {"/account/second-factor", {{"code", "123456"}}},
                                                       {"/account/token", {{"days", "x"}}},
                                                       {"/account/token", {{"days", "9"}, {"scope-search", "1"}}},
                                                       {"/account/token/close", {{"token", "0"}}},
                                                       {"/people-and-roles", {}},
                                                       {"/people-and-roles/900", {{"do", "reset"}, {"reason", "x"}}},
                                                       {"/people-and-roles/900", {{"do", "close"}}},
                                                       {"/concern", {{"about", "x"}, {"what", "y"}}},
                                                       {"/sealed", {{"person", "P1"}, {"kind", "adoption"}}},
                                                       {"/governance/emergency/812", {{"good", "1"}}},
                                                       {"/governance/tie/813", {{"note", "x"}}},
                                                       {"/person/P123/emergency", {}},
                                                       {"/person/P123/tie", {}},
                                                       {"/evidence", {}},
                                                       {"/evidence/900", {{"item-concern-E2210", "give"}}},
                                                       {"/purpose", {}}}) {
        const Response response = post(path, form);
        ASSERT_NE(response.status, 500) << path << ": " << response.body;
      }
    }
  }
}

TEST_F(SiteTest, EveryFormSentWithoutItsTokenOrFromElsewhereIsRefusedAndDoesNothing) {
  sign_in(access::UserRole::social_worker);
  for (const Route& route : site_->router().routes()) {
    if (route.method != Method::post || of_the_api(route)) continue;
    const auto* action = std::get_if<access::Action>(&route.gate);
    if (action != nullptr && !access::may(access::UserRole::social_worker, *action)) continue;
    for (const char* token : {"", "csrf-", "csrf-2", "csrf-11"}) {
      EXPECT_EQ(post(example_of(route.pattern), {{"csrf", token}, {"action", "take"}}).status, 403) << route.pattern;
    }
    Request elsewhere = request(Method::post, example_of(route.pattern));
    elsewhere.form = {{"csrf", session_.csrf}, {"action", "take"}};
    elsewhere.origin = "https://evil.example";
    EXPECT_EQ(site_->handle(elsewhere).status, 403) << route.pattern;
  }
  EXPECT_TRUE(pages_.session(session_.token).has_value());
  EXPECT_THAT(get(finding_path).body, Not(HasSubstr("Taken by")));
}

TEST_F(SiteTest, SigningInSetsASessionCookieAndAsksForAPurpose) {
  const Response form = get("/sign-in", {{"next", "/person/P123"}});
  const std::string cookie = header(form, "Set-Cookie");
  const std::string token = cookie.substr(cookie.find('=') + 1, 64);
  EXPECT_THAT(form.body, HasSubstr("name=\"csrf\" value=\"" + token + "\""));
  Request sent = request(Method::post, "/sign-in");
  sent.cookies.emplace(form_cookie, token);
  sent.form = {{"csrf", token}, {"username", "social-worker"}, {"password", "wrong"}, {"next", "/person/P123"}};
  const Response refused = site_->handle(sent);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, Not(HasSubstr("wrong")));
  sent.form["password"] = FakePages::password;
  const Response in = site_->handle(sent);
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(header(in, "Location"), "/purpose?next=%2Fperson%2FP123");
  EXPECT_EQ(header(in, "Set-Cookie"), "wider_session=token-1; Path=/; HttpOnly; SameSite=Lax");
  sent.form["next"] = "//evil.example";
  EXPECT_EQ(header(site_->handle(sent), "Location"), "/purpose?next=%2F");
}

TEST_F(SiteTest, BehindTlsCookiesAreSecure) {
  const auto secure = Site::make(pages_, Assets{}, {.behind_tls = true}).value();
  EXPECT_THAT(header(secure->handle(request(Method::get, "/sign-in")), "Set-Cookie"), HasSubstr("; Secure"));
  EXPECT_THAT(header(secure->handle(request(Method::get, "/sign-in")), "Set-Cookie"),
              testing::StartsWith("__Host-wider_form="));
  // What another host of the domain could have set is nobody's session.
  Request plain = request(Method::get, "/");
  const auto in = pages_.sign_in({"social-worker", FakePages::password, {}, {}, {}});
  ASSERT_TRUE(in.has_value());
  plain.cookies = {{"wider_session", in->token}};
  EXPECT_THAT(header(secure->handle(plain), "Location"), testing::StartsWith("/sign-in"));
  plain.cookies = {{"__Host-wider_session", in->token}};
  EXPECT_THAT(header(secure->handle(plain), "Location"), Not(testing::StartsWith("/sign-in")));
}

TEST_F(SiteTest, APersonIsNotShownWithoutAPurposeAndIsReachedAfterChoosingOne) {
  sign_in(access::UserRole::social_worker, false);
  EXPECT_EQ(header(get("/person/P123"), "Location"), "/purpose?next=%2Fperson%2FP123");
  // A purpose of another role is no purpose.
  EXPECT_EQ(post("/purpose", {{"kind", "governance"}, {"next", "/person/P123"}}).status, 400);
  const Response chosen = post("/purpose", {{"kind", "assessment"}, {"reference", "A 12"}, {"next", "/person/P123"}});
  EXPECT_EQ(header(chosen, "Location"), "/person/P123");
  const Response page = get("/person/P123");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<strong>A 12, Assessment of a child in need</strong>"));
}

TEST_F(SiteTest, WhatComesFromOutsideIsEscapedEverywhere) {
  sign_in(access::UserRole::social_worker);
  const std::string markup = "<img src=x onerror=\"alert(1)\">'&";
  const std::string escaped = "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;";
  const Response search = post("/search", {{"q", markup}});
  EXPECT_THAT(search.body, HasSubstr(escaped));
  EXPECT_THAT(search.body, Not(HasSubstr("<img")));
  const Response finding = post(finding_path, {{"action", "snooze"}, {"reason", markup}, {"until", "\"><img"}});
  EXPECT_THAT(finding.body, Not(HasSubstr("<img")));
  EXPECT_THAT(get("/explain", {{"left", markup}, {"right", "b"}}).body, Not(HasSubstr("<img")));
  EXPECT_THAT(get("/sign-in", {{"next", markup}}).body, Not(HasSubstr("<img")));
}

TEST_F(SiteTest, EveryAnswerCarriesTheSecurityHeadersAndIsNotKept) {
  sign_in(access::UserRole::social_worker);
  for (const char* path : {"/", "/person/P123", "/nowhere", "/healthz", "/person/P404", "/assets/none.css"}) {
    const Response response = get(path);
    EXPECT_THAT(header(response, "Content-Security-Policy"), HasSubstr("default-src 'none'; script-src 'self'"))
        << path;
    EXPECT_THAT(header(response, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'")) << path;
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(header(response, "Cache-Control"), "no-store") << path;
  }
}

TEST_F(SiteTest, ErrorsAreClearPages) {
  sign_in(access::UserRole::social_worker);
  EXPECT_EQ(get("/nowhere").status, 404);
  EXPECT_EQ(get("/person/P404").status, 404);
  EXPECT_EQ(get("/sign-out").status, 405);
  EXPECT_EQ(get("/person/P123", {{"as-known-at", "31/12/2009"}}).status, 400);
  EXPECT_EQ(get("/person/P123", {{"agency", "nobody"}}).status, 400);
  EXPECT_EQ(get("/explain").status, 400);
  EXPECT_EQ(post("/search", {{"q", std::string(201, 'x')}}).status, 400);
  EXPECT_EQ(post(finding_path, {{"action", "dismiss"}, {"reason", "  "}}).status, 400);
  pages_.ask_for_error = "unavailable";
  const Response broken = get("/");
  EXPECT_EQ(broken.status, 503);
  EXPECT_THAT(broken.body, Not(HasSubstr("disk")));
}

TEST_F(SiteTest, LinksInDoubtAreWorkedThroughOneAfterAnotherAndEachWordCanBeTakenBack) {
  sign_in(access::UserRole::social_worker);
  EXPECT_THAT(get("/review").body, HasSubstr("a child&#39;s records lie apart"));
  EXPECT_EQ(get("/review", {{"show", "nothing"}}).status, 400);
  EXPECT_EQ(header(get("/review/next", {{"at", "1"}}), "Location"),
            "/explain?left=education%2Fconcern-E2210&right=police%2Fstop-S4472%232&at=1");
  EXPECT_EQ(header(get("/review/next", {{"at", "9"}}), "Location"), "/review") << "beyond the end";
  const Response page = get("/explain", {{"left", "a"}, {"right", "b"}, {"at", "2"}});
  EXPECT_THAT(page.body, HasSubstr("rel=\"prev\" href=\"/review/next?at=1\""));
  EXPECT_THAT(page.body, HasSubstr("rel=\"next\" href=\"/review/next?at=3\""));
  EXPECT_THAT(page.body, HasSubstr("that takes two people who say so"));
  const Fields word = {{"left", "a/1"}, {"right", "b"}, {"at", "2"}, {"word", "unsure"}, {"reason", "two cousins?"}};
  EXPECT_EQ(header(post("/explain", word), "Location"), "/review/next?at=2&last-left=a%2F1&last-right=b");
  EXPECT_EQ(header(get("/review/next", {{"at", "1"}, {"last-left", "a/1"}, {"last-right", "b"}}), "Location"),
            "/explain?left=education%2Fconcern-E2210&right=police%2Fstop-S4472%232&at=1&last-left=a%2F1&last-right=b");
  EXPECT_THAT(get("/explain", {{"left", "c"}, {"right", "d"}, {"last-left", "a/1"}, {"last-right", "b"}}).body,
              HasSubstr("/explain?left=a%2F1&amp;right=b"));
  EXPECT_EQ(header(post("/explain", {{"left", "a"}, {"right", "b"}, {"word", "agree"}}), "Location"),
            "/explain?left=a&right=b&recorded=1");
  EXPECT_EQ(post("/explain", {{"left", "a"}, {"right", "b"}, {"reason", "known"}}).status, 400) << "no word chosen";
}

TEST_F(SiteTest, AnOldAddressLeadsToTheJoinedPerson) {
  sign_in(access::UserRole::social_worker);
  EXPECT_EQ(header(get("/person/P99"), "Location"), "/person/P123");
  EXPECT_EQ(header(get("/person/P99", {{"order", "oldest"}, {"as-known-at", "2009-06-30"}}), "Location"),
            "/person/P123?order=oldest&as-known-at=2009-06-30");
}

TEST_F(SiteTest, APageOfThePastSaysWhichDayItShowsOrThatItIsBeingPutTogether) {
  sign_in(access::UserRole::social_worker);
  const Response past = get("/person/P123", {{"as-known-at", "2009-06-30"}});
  EXPECT_EQ(past.status, 200);
  EXPECT_THAT(past.body, HasSubstr("This whole page is as known at 30 June 2009"));
  EXPECT_THAT(get("/person/P123").body, Not(HasSubstr("as known at 30")));
  pages_.ask_for_error = "past";
  const Response coming = get("/person/P123", {{"as-known-at", "2009-06-30"}});
  EXPECT_EQ(coming.status, 503);
  EXPECT_THAT(coming.body, HasSubstr("being put together from all records"));
}

TEST_F(SiteTest, NoPageHoldsANameInItsTitleOrInAnAddress) {
  sign_in(access::UserRole::social_worker);
  const std::regex title_or_address("<title>[^<]*(Marsden|Lomax)|href=\"[^\"]*(Marsden|Lomax)");
  for (const char* path : {"/", "/person/P123", finding_path, "/findings"}) {
    EXPECT_FALSE(std::regex_search(get(path).body, title_or_address)) << path;
  }
  EXPECT_FALSE(std::regex_search(post("/search", {{"q", "Marsden"}}).body, title_or_address));
}

TEST_F(SiteTest, EveryPageForPractitionersEndsWithTheDutyDesk) {
  sign_in(access::UserRole::social_worker);
  for (const char* path : {"/", "/person/P123", finding_path, "/findings", "/search", "/nowhere"}) {
    EXPECT_THAT(get(path).body, HasSubstr("Some records cannot be shown. Worried? Ring the duty desk, 01632 960 001."))
        << path;
    EXPECT_THAT(get(path).body, HasSubstr("Demonstration town: all people are fictitious.")) << path;
  }
}

TEST_F(SiteTest, SigningOutEndsTheSession) {
  sign_in(access::UserRole::social_worker);
  const Response out = post("/sign-out", {});
  EXPECT_EQ(header(out, "Location"), "/signed-out");
  EXPECT_THAT(header(out, "Set-Cookie"), HasSubstr("wider_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
  EXPECT_EQ(header(get("/"), "Location"), "/sign-in");
}

TEST(Templates, AnUnknownKeyFails) {
  const auto templates = Templates::load({{"page.html", "<p>{{known}} {{unknown}}</p>"}});
  ASSERT_TRUE(templates.has_value());
  const auto text = templates->render("page", Values().text("known", "x"));
  ASSERT_FALSE(text.has_value());
  EXPECT_THAT(text.error().message, HasSubstr("'unknown'"));
}

TEST(Templates, BrokenOnesAreRefusedAtTheStart) {
  EXPECT_FALSE(Templates::load({{"a.html", "{{#open}}never closed"}}).has_value());
  EXPECT_FALSE(Templates::load({{"a.html", "{{>missing}}"}}).has_value());
  EXPECT_FALSE(Templates::load({{"a.html", "{{>a}}"}}).has_value());
}

TEST(Templates, OnlyTheLayoutHoldsTextThatIsNotEscaped) {
  ASSERT_FALSE(embedded_templates().empty());
  const std::regex raw("\\{\\{\\{|\\{\\{&");
  for (const EmbeddedFile& file : embedded_templates()) {
    const auto count =
        std::distance(std::sregex_iterator(file.text.begin(), file.text.end(), raw), std::sregex_iterator());
    EXPECT_EQ(count, file.name == "layout.html" ? 1 : 0) << file.name;
  }
}

}  // namespace
}  // namespace wider::web
