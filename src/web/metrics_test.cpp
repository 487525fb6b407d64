#include "web/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "web/fake/fake_pages.hpp"
#include "web/site.hpp"

namespace wider::web {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountByRouteAndStatusAndHowLong) {
  Metrics metrics;
  metrics.count({false, "/person/{id}", 200, .004, 10});
  metrics.count({false, "/person/{id}", 200, .3, 10});
  metrics.count({true, "/search", 303, 9, 0});
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("wider_requests_total{route=\"/person/{id}\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("wider_request_seconds_bucket{route=\"/person/{id}\",le=\"0.25\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("wider_request_seconds_bucket{route=\"/person/{id}\",le=\"0.5\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("wider_request_seconds_bucket{route=\"/search\",le=\"5\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("wider_request_seconds_count{route=\"/search\"} 1\n"));
}

class MetricsTest : public testing::Test {
 protected:
  MetricsTest()
      : site_(
            std::move(Site::make(pages_, Assets{}, {.log = [this](std::string_view line) { log_ += line; }}).value())) {
  }
  Response send(Method method, std::string path, Fields fields = {}, std::string peer = "127.0.0.1") {
    const auto session = pages_.sign_in("social-worker", FakePages::password).value();
    pages_.choose_purpose(session.token, access::PurposeKind::assessment, "").value();
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.peer = std::move(peer);
    request.cookies = {{std::string(session_cookie), session.token}};
    request.query = fields;
    request.form = std::move(fields);
    request.form.emplace("csrf", session.csrf);
    return site_->handle(request);
  }
  FakePages pages_;
  std::string log_;
  std::unique_ptr<Site> site_;
};

// Invariant 12: whatever somebody types or looks at, neither the log nor the metrics nor the readiness repeat it.
TEST_F(MetricsTest, NothingOfAPersonIsInLogsOrMetrics) {
  send(Method::get, "/person/P123", {{"from", "1999-12-07"}});
  send(Method::post, "/search", {{"q", "Chelsea Marsden"}});
  send(Method::get, "/nowhere/Marsden");
  send(Method::get, "/api/v1/person/P123");
  send(Method::get, "/explain", {{"left", "police/crime-C7"}, {"right", "health/x"}});
  for (const std::string& text :
       {log_, site_->metrics().text(), send(Method::get, "/metrics").body, send(Method::get, "/readyz").body}) {
    for (const char* told : {"P123", "Chelsea", "Marsden", "crime-C7", "1999", "Okafor", "127.0.0.1", "token"})
      EXPECT_THAT(text, Not(HasSubstr(told)));
  }
  EXPECT_THAT(log_, HasSubstr(R"("route":"/person/{id}","status":200)"));
  EXPECT_THAT(log_, HasSubstr(R"("route":"","status":404)"));
}

TEST_F(MetricsTest, AreForThisMachineAlone) {
  EXPECT_EQ(send(Method::get, "/metrics").status, 200);
  EXPECT_EQ(send(Method::get, "/metrics", {}, "192.0.2.4").status, 404);
  Request request;
  request.path = "/metrics";
  request.peer = "127.0.0.1";
  request.forwarded_for = "192.0.2.4";
  EXPECT_EQ(site_->handle(request).status, 404) << "through a proxy";
}

TEST_F(MetricsTest, ReadinessSaysWhetherTheHubCanBeReadAndWritten) {
  EXPECT_EQ(send(Method::get, "/readyz").status, 200);
  pages_.ask_for_error = "unavailable";
  EXPECT_EQ(send(Method::get, "/readyz").status, 503);
  EXPECT_EQ(send(Method::get, "/healthz").status, 200);
}

}  // namespace
}  // namespace wider::web
