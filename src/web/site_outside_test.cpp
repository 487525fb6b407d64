// On the way to the sign-in service and back, over the fake hub; no socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "web/fake/fake_pages.hpp"
#include "web/site.hpp"
#include "web/slow_requests.hpp"

namespace wider::web {
namespace {

using testing::HasSubstr;
using testing::Not;

class SiteOutsideTest : public testing::Test {
 protected:
  SiteOutsideTest() : site_(std::move(Site::make(pages_, Assets{}, {}).value())) {}

  [[nodiscard]] Response get(std::string path, Fields query = {}, Fields cookies = {}) const {
    Request request;
    request.path = std::move(path);
    request.host = "127.0.0.1:8080";
    request.query = std::move(query);
    request.cookies = std::move(cookies);
    return site_->handle(request);
  }
  static std::string header(const Response& response, std::string_view name, std::string_view start = "") {
    for (const auto& [key, value] : response.headers) {
      if (key == name && value.starts_with(start)) return value;
    }
    return "";
  }
  [[nodiscard]] Response back(std::string code, std::string browser = "browser-1") const {
    return get("/sign-in/service/back", {{"state", "s1"}, {"code", std::move(code)}},
               {{std::string(outside_cookie), std::move(browser)}});
  }

  FakePages pages_;
  std::unique_ptr<Site> site_;
};

TEST_F(SiteOutsideTest, TheSignInPageOffersTheServiceWhereThereIsOne) {
  EXPECT_THAT(get("/sign-in").body, HasSubstr("Sign in with County sign-in"));
  pages_.empty = true;
  EXPECT_THAT(get("/sign-in").body, Not(HasSubstr("/sign-in/service")));
}

TEST_F(SiteOutsideTest, NobodyIsSentThereWhoDidNotAskOnTheSignInPage) {
  EXPECT_EQ(header(get("/sign-in/service"), "Location"), "/sign-in");
  EXPECT_EQ(header(get("/sign-in/service", {{"next", "/findings"}, {"form", "x"}}, {{std::string(form_cookie), "y"}}),
                   "Location"),
            "/sign-in?next=%2Ffindings");
  const Response there = get("/sign-in/service", {{"form", "x"}}, {{std::string(form_cookie), "x"}});
  EXPECT_EQ(there.status, 303);
  EXPECT_EQ(header(there, "Location"), "https://login.example/authorize?state=s1");
  EXPECT_EQ(header(there, "Set-Cookie"), "wider_outside=browser-1; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
  const auto secure = Site::make(pages_, Assets{}, {true}).value();
  Request request;
  request.path = "/sign-in/service";
  request.query = {{"form", "x"}};
  request.cookies = {{"__Host-wider_form", "x"}};
  EXPECT_EQ(header(secure->handle(request), "Set-Cookie"),
            "__Host-wider_outside=browser-1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600");
}

TEST_F(SiteOutsideTest, BackWithAGoodAnswerThereIsASessionAndTheAnswerLeavesTheAddress) {
  const Response in = back("social-worker");
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(header(in, "Location"), "/purpose?next=%2Ffindings");
  EXPECT_THAT(header(in, "Set-Cookie", session_cookie), HasSubstr("=token-"));
  EXPECT_THAT(header(in, "Set-Cookie", outside_cookie), HasSubstr("Max-Age=0"));
}

TEST_F(SiteOutsideTest, WhatCannotBeGoneOnWithIsSaidInWords) {
  const Response unknown = back("unknown");
  EXPECT_EQ(unknown.status, 403);
  EXPECT_THAT(unknown.body, HasSubstr("https://login.example 4711"));
  EXPECT_EQ(header(unknown, "Set-Cookie", session_cookie), "");
  EXPECT_EQ(back("down").status, 503);
  EXPECT_THAT(back("down").body, HasSubstr("with a password"));
  EXPECT_EQ(back("social-worker", "another").status, 403);
  pages_.ask_for_error = "unavailable";
  EXPECT_EQ(get("/sign-in/service", {{"form", "x"}}, {{std::string(form_cookie), "x"}}).status, 503);
}

TEST_F(SiteOutsideTest, OnlyTheTwoPagesThatWaitForAnotherServerAreSlow) {
  for (const Route& route : site_->router().routes()) {
    EXPECT_EQ(route.slow, route.pattern.starts_with("/sign-in/service")) << route.pattern;
  }
}

TEST(SlowRequests, AreDoneBesideAndNoMoreAreTakenThanCanBeBegunSoon) {
  SlowRequests slow;
  std::mutex gate;
  std::atomic<std::size_t> done{0};
  std::size_t taken = 0;
  gate.lock();
  for (int i = 0; i < 200; ++i) {
    taken += slow.add([&] {
      const std::scoped_lock waits(gate);
      ++done;
    })
                 ? 1U
                 : 0U;
  }
  EXPECT_GE(taken, SlowRequests::most_waiting);
  EXPECT_LE(taken, SlowRequests::most_waiting + SlowRequests::threads);
  EXPECT_EQ(done, 0U);
  gate.unlock();
  slow.stop();
  EXPECT_EQ(done, taken);
  EXPECT_FALSE(slow.add([] {}));
}

}  // namespace
}  // namespace wider::web
