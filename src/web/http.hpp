// HTTP as the site sees it: a request already read and limited, a response as a value. No socket and no library here,
// so that everything above can be tested without a network.
// Thread safety: values and free functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wider::web {

enum class Method { get, post };

using Fields = std::map<std::string, std::string, std::less<>>;

struct Request {
  Method method = Method::get;
  std::string path;  // percent-decoded, without the query
  Fields query;      // of the address
  Fields form;       // of a body in application/x-www-form-urlencoded
  Fields cookies;
  std::string body;           // of a body in application/json, as it came
  std::string authorization;  // header Authorization
  std::string origin;         // header Origin, "" when there is none
  std::string host;           // header Host
  std::string peer;           // the address at the other end of the connection
  std::string forwarded_for;  // header X-Forwarded-For: to be believed only behind a proxy of one's own

  [[nodiscard]] std::string_view query_field(std::string_view name) const;  // "" when there is none
  [[nodiscard]] std::string_view form_field(std::string_view name) const;
  [[nodiscard]] std::string_view cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/html; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beside the security headers, which every response gets
  std::string_view route;      // the pattern of the route that answered; lives as long as the site
  bool may_be_cached = false;  // assets only: everything else is sent with no-store
};

// nullopt: a broken escape, a control character or bytes that are not UTF-8. `plus_is_space` in forms and queries.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
[[nodiscard]] std::string percent_encode(std::string_view text);  // all but letters, digits and -._~
// nullopt: more than 64 fields, or a field that does not decode. Of a name given twice, the first counts.
[[nodiscard]] std::optional<Fields> parse_form(std::string_view text);
[[nodiscard]] Fields parse_cookies(std::string_view header);
// A place on this site to go back to: starts with one "/", holds only path, query and plain characters; else "/".
[[nodiscard]] std::string safe_local_path(std::string_view text);

}  // namespace wider::web
