// The JSON API over a hub of fixed fictitious people: the same gates as the pages, and openapi.json as the truth of
// what it takes and answers.
#include "web/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "web/fake/fake_pages.hpp"
#include "web/site.hpp"

namespace wider::web {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() : site_(std::move(Site::make(pages_, Assets{}, {}).value())) {
    document_ = json::parse(get("/api/v1/openapi.json").body);
  }
  [[nodiscard]] Response ask(Method method, std::string path, std::string body = "", Fields query = {}) const {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.body = std::move(body);
    request.query = std::move(query);
    if (!token_.empty()) request.authorization = "Bearer " + token_;
    return site_->handle(request);
  }
  [[nodiscard]] Response get(std::string path, Fields query = {}) const {
    return ask(Method::get, std::move(path), "", std::move(query));
  }
  [[nodiscard]] Response post(std::string path, const json& body) const {
    return ask(Method::post, std::move(path), body.dump());
  }
  void sign_in(access::UserRole role, bool with_purpose = true) {
    token_.clear();
    const Response session =
        post("/api/v1/session", {{"username", access::name_of(role)}, {"password", FakePages::password}});
    ASSERT_EQ(session.status, 201);
    token_ = json::parse(session.body)["token"];
    if (!with_purpose) return;
    for (std::size_t i = 0; i < access::purpose_kind_count; ++i) {
      const auto kind = static_cast<access::PurposeKind>(i);
      if (!access::suits(role, kind)) continue;
      ASSERT_EQ(post("/api/v1/purpose", {{"kind", access::name_of(kind)}, {"reference", "A 12"}}).status, 200);
    }
  }

  // What is wrong with a value by its schema; "" when nothing is. The part of JSON Schema that the document uses.
  [[nodiscard]] std::string wrong(const json& schema, const json& value, const std::string& at) const {
    if (schema.contains("$ref")) {
      const std::string path = schema["$ref"].get<std::string>().substr(1);
      return wrong(document_.at(json::json_pointer(path)), value, at);
    }
    const std::string type = schema.at("type");
    const bool fits = type == "object"    ? value.is_object()
                      : type == "array"   ? value.is_array()
                      : type == "string"  ? value.is_string()
                      : type == "integer" ? value.is_number_integer()
                                          : type == "boolean" && value.is_boolean();
    if (!fits) return at + " is no " + type;
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
      return at + " is none of the enum";
    if (type == "array") {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (const std::string found = wrong(schema.at("items"), value[i], at + "[" + std::to_string(i) + "]");
            !found.empty())
          return found;
      }
    }
    if (type != "object") return "";
    for (const auto& name : schema.at("required")) {
      if (!value.contains(name)) return at + " lacks " + name.get<std::string>();
    }
    for (const auto& [name, inner] : value.items()) {
      if (!schema.at("properties").contains(name)) return at + " has undeclared " + name;
      if (const std::string found = wrong(schema["properties"][name], inner, at + "." + name); !found.empty())
        return found;
    }
    return "";
  }
  [[nodiscard]] json answer_schema(const std::string& pattern, const std::string& method,
                                   const std::string& status) const {
    return document_.at("paths")
        .at(pattern)
        .at(method)
        .at("responses")
        .at(status)
        .at("content")
        .at("application/json")
        .at("schema");
  }

  FakePages pages_;
  std::unique_ptr<Site> site_;
  std::string token_;
  json document_;
};

std::string example_of(std::string pattern) {
  const std::string id = pattern.find("/finding/") != std::string::npos ? "third-child-7f3a90c2" : "P123";
  if (const std::size_t at = pattern.find("{id}"); at != std::string::npos) pattern.replace(at, 4, id);
  return pattern;
}

TEST_F(ApiTest, TheDocumentNamesEveryRouteAndNoOther) {
  std::set<std::string> routes, documented;
  for (const Route& route : site_->router().routes()) {
    if (route.pattern.starts_with(api_prefix))
      routes.insert((route.method == Method::get ? "get " : "post ") + route.pattern);
  }
  for (const auto& [path, methods] : document_.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) documented.insert(method + " " + path);
  }
  EXPECT_EQ(routes, documented);
  EXPECT_EQ(document_.at("openapi"), "3.1.0");
}

TEST_F(ApiTest, EveryAnswerIsAsTheDocumentSays) {
  for (const bool empty : {false, true}) {
    pages_.empty = empty;
    sign_in(access::UserRole::social_worker);
    int answers = 0;
    for (const Route& route : site_->router().routes()) {
      const bool is_get = route.method == Method::get;
      if (!route.pattern.starts_with(api_prefix) || route.pattern.ends_with("openapi.json") ||
          route.pattern.ends_with("/end"))
        continue;
      const json body = {{"username", "social-worker"},
                         {"password", FakePages::password},
                         {"kind", "assessment"},
                         {"reference", "A"},
                         {"left", "a"},
                         {"right", "b"},
                         {"word", "different"},
                         {"reason", "two cousins"},
                         {"q", "Chelsea"}};
      const Response response = is_get ? get(example_of(route.pattern)) : post(example_of(route.pattern), body);
      const std::string status = std::to_string(response.status);
      ASSERT_TRUE(response.status == 200 || response.status == 201) << route.pattern << ": " << response.body;
      EXPECT_EQ(response.content_type, "application/json");
      EXPECT_EQ(wrong(answer_schema(route.pattern, is_get ? "get" : "post", status), json::parse(response.body),
                      route.pattern),
                "");
      ++answers;
    }
    EXPECT_EQ(answers, 11);
  }
}

TEST_F(ApiTest, EveryRouteFollowsTheTableOfRolesAndNobodyGetsIn) {
  const auto try_route = [&](const Route& route) {
    return route.method == Method::get ? get(example_of(route.pattern))
                                       : post(example_of(route.pattern), {{"q", "x"}, {"word", "agree"}});
  };
  for (const Route& route : site_->router().routes()) {
    if (!route.pattern.starts_with(api_prefix) || std::holds_alternative<Everybody>(route.gate)) continue;
    token_.clear();
    EXPECT_EQ(try_route(route).status, 401) << route.pattern;
    token_ = "token-999";
    EXPECT_EQ(try_route(route).status, 401) << route.pattern;
    const auto* action = std::get_if<access::Action>(&route.gate);
    if (action == nullptr) continue;
    for (std::size_t i = 0; i < access::user_role_count; ++i) {
      const auto role = static_cast<access::UserRole>(i);
      sign_in(role);
      const Response response = try_route(route);
      EXPECT_EQ(response.status, access::may(role, *action) ? 200 : 403)
          << route.pattern << " for " << access::name_of(role);
      if (response.status == 403) {
        EXPECT_EQ(wrong(document_["components"]["schemas"]["Error"], json::parse(response.body), ""), "");
      }
    }
  }
}

TEST_F(ApiTest, ACookieOpensNothing) {
  sign_in(access::UserRole::social_worker);
  Request request;
  request.path = "/api/v1/home";
  request.cookies.emplace(session_cookie, token_);
  EXPECT_EQ(site_->handle(request).status, 401);
  request.authorization = "Basic " + token_;
  EXPECT_EQ(site_->handle(request).status, 401);
  request.authorization = "Bearer " + token_;
  EXPECT_EQ(site_->handle(request).status, 200);
}

TEST_F(ApiTest, ALookNeedsAPurpose) {
  sign_in(access::UserRole::social_worker, false);
  const Response without = get("/api/v1/person/P123");
  EXPECT_EQ(without.status, 403);
  EXPECT_EQ(json::parse(without.body)["error"], "purpose");
  EXPECT_EQ(post("/api/v1/purpose", {{"kind", "governance"}}).status, 400);  // of another role
  EXPECT_EQ(post("/api/v1/purpose", {{"kind", "assessment"}}).status, 200);
  EXPECT_EQ(get("/api/v1/person/P123").status, 200);
  EXPECT_EQ(post("/api/v1/session/end", json::object()).status, 200);
  EXPECT_EQ(get("/api/v1/person/P123").status, 401);
}

TEST_F(ApiTest, BadInputIsAnErrorInJson) {
  EXPECT_EQ(post("/api/v1/session", {{"username", "social-worker"}, {"password", "wrong"}}).status, 401);
  sign_in(access::UserRole::social_worker);
  for (const char* body : {"", "[]", "{", "{\"q\": 1}", "\"q\"", "{\"q\": \"\"}"})
    EXPECT_EQ(ask(Method::post, "/api/v1/search", body).status, 400) << body;
  EXPECT_EQ(post("/api/v1/search", {{"q", std::string(201, 'x')}}).status, 400);
  EXPECT_EQ(get("/api/v1/person/P123/chronology", {{"from", "3/4/1994"}}).status, 400);
  EXPECT_EQ(get("/api/v1/person/P123/chronology", {{"kind", "nothing"}}).status, 400);
  EXPECT_EQ(get("/api/v1/findings", {{"show", "nothing"}}).status, 400);
  EXPECT_EQ(get("/api/v1/findings", {{"page", "-1"}}).status, 400);
  EXPECT_EQ(get("/api/v1/review", {{"show", "nothing"}}).status, 400);
  EXPECT_EQ(post("/api/v1/review/word", {{"left", "a"}, {"right", "b"}, {"word", "perhaps"}}).status, 400);
  EXPECT_EQ(post("/api/v1/review/word", {{"left", "a"}, {"right", "b"}, {"word", "same"}}).status, 400);  // no reason
  EXPECT_EQ(get("/api/v1/person/P404").status, 404);
  EXPECT_EQ(get("/api/v1/nowhere").status, 404);
  EXPECT_EQ(post("/api/v1/home", json::object()).status, 405);
  pages_.ask_for_error = "unavailable";
  const Response broken = get("/api/v1/home");
  EXPECT_EQ(broken.status, 503);
  EXPECT_THAT(broken.body, ::testing::Not(HasSubstr("disk")));
  for (const Response& response : {broken, get("/api/v1/nowhere")}) {
    EXPECT_EQ(wrong(document_["components"]["schemas"]["Error"], json::parse(response.body), ""), "");
  }
}

}  // namespace
}  // namespace wider::web
