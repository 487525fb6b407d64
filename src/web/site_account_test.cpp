// Signing in with a code, one's own account and everybody's, over the fake hub; no socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "web/fake/fake_pages.hpp"
#include "web/site.hpp"

namespace wider::web {
namespace {

using testing::HasSubstr;
using testing::Not;

class SiteAccountTest : public testing::Test {
 protected:
  SiteAccountTest() : site_(std::move(Site::make(pages_, Assets{}, {}).value())) {}

  [[nodiscard]] Response send(Method method, std::string path, Fields form = {}, Fields cookies = {}) const {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.host = "127.0.0.1:8080";
    request.form = std::move(form);
    request.cookies = std::move(cookies);
    return site_->handle(request);
  }
  static std::string cookie_of(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == "Set-Cookie" && value.starts_with(std::string(name) + "="))
        return value.substr(name.size() + 1, value.find(';') - name.size() - 1);
    }
    return "";
  }

  FakePages pages_;
  std::unique_ptr<Site> site_;
};

TEST_F(SiteAccountTest, SigningInEndsTheSessionThatTheBrowserHadBefore) {
  const std::string form = cookie_of(send(Method::get, "/sign-in"), form_cookie);
  const Fields fields = {{"csrf", form}, {"username", "social-worker"}, {"password", "demonstration"}};
  const Response first = send(Method::post, "/sign-in", fields, {{std::string(form_cookie), form}});
  const std::string before = cookie_of(first, session_cookie);
  ASSERT_TRUE(pages_.session(before).has_value());
  const Response second =
      send(Method::post, "/sign-in", fields, {{std::string(form_cookie), form}, {std::string(session_cookie), before}});
  EXPECT_TRUE(pages_.session(cookie_of(second, session_cookie)).has_value());
  EXPECT_FALSE(pages_.session(before).has_value());
}

TEST_F(SiteAccountTest, ACodeIsAskedForOnASecondPage) {
  const std::string token = cookie_of(send(Method::get, "/sign-in"), form_cookie);
  const Response asked = send(Method::post, "/sign-in",
                              {{"csrf", token}, {"username", "social-worker+code"}, {"password", "demonstration"}},
                              {{std::string(form_cookie), token}});
  EXPECT_EQ(asked.status, 200);
  EXPECT_THAT(asked.body, HasSubstr("Enter your code"));
  EXPECT_EQ(cookie_of(asked, session_cookie), "");
  const std::string pending = cookie_of(asked, pending_cookie);
  ASSERT_FALSE(pending.empty());
  const Fields cookies = {{std::string(form_cookie), token}, {std::string(pending_cookie), pending}};
  const Response wrong = send(Method::post, "/sign-in/code", {{"csrf", token}, {"code", "999999"}}, cookies);
  EXPECT_EQ(wrong.status, 403);
  EXPECT_THAT(wrong.body, HasSubstr("The code is not right"));
  const Response in = send(Method::post, "/sign-in/code", {{"csrf", token}, {"code", "123456"}}, cookies);
  EXPECT_EQ(in.status, 303);
  EXPECT_FALSE(cookie_of(in, session_cookie).empty());
  EXPECT_FALSE(cookie_of(in, device_cookie).empty());
  EXPECT_EQ(
      send(Method::post, "/sign-in/code", {{"csrf", token}, {"code", "123456"}}, {{std::string(form_cookie), token}})
          .status,
      403)
      << "without the first step";
}

TEST_F(SiteAccountTest, AProgramsTokenOpensNoPage) {
  Fields cookies = {{std::string(session_cookie), "wider-" + std::string(64, '7')}};
  EXPECT_EQ(send(Method::get, "/", {}, cookies).status, 303);
}

TEST_F(SiteAccountTest, TheAddressIsTheProxysOnlyBehindOne) {
  Request request;
  request.peer = "192.0.2.1";
  request.forwarded_for = "10.0.0.1, 203.0.113.9";
  EXPECT_EQ(site_->address_of(request), "192.0.2.1");
  const auto behind = Site::make(pages_, Assets{}, {.behind_tls = true}).value();
  EXPECT_EQ(behind->address_of(request), "203.0.113.9") << "what our own proxy saw, not what was sent to it";
  request.forwarded_for = "";
  EXPECT_EQ(behind->address_of(request), "192.0.2.1");
  // One network of IPv6 is one address: it has 2^64 of them.
  request.peer = "2001:db8:1:2:aaaa::1";
  const std::string one = site_->address_of(request);
  request.peer = "2001:db8:1:2:bbbb::2";
  EXPECT_EQ(site_->address_of(request), one);
  request.peer = "2001:db8:1:3::1";
  EXPECT_NE(site_->address_of(request), one);
}

TEST_F(SiteAccountTest, SecretsAreShownOnceAndNeverInAnAddress) {
  const hub::SignIn session = pages_.sign_in("governance-officer", FakePages::password).value();
  const Fields cookies = {{std::string(session_cookie), session.token}};
  const Response made = send(Method::post, "/people-and-roles",
                             {{"csrf", session.csrf},
                              {"username", "morgan"},
                              {"name", "Morgan Ellis"},
                              {"role", "social-worker"},
                              {"agency", "social-care"},
                              {"reason", "Starts today"}},
                             cookies);
  EXPECT_EQ(made.status, 200);
  EXPECT_THAT(made.body, HasSubstr("abcd-efgh-ijkl"));
  EXPECT_THAT(send(Method::get, "/people-and-roles", {}, cookies).body, Not(HasSubstr("abcd-efgh-ijkl")));
  const Response codes =
      send(Method::post, "/account/second-factor", {{"csrf", session.csrf}, {"code", "123456"}}, cookies);
  EXPECT_THAT(codes.body, HasSubstr("abcd-efgh-ijkl-mnop"));
  EXPECT_THAT(send(Method::get, "/account/second-factor", {}, cookies).body, HasSubstr("<path"));
}

}  // namespace
}  // namespace wider::web
