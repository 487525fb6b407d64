#include "cli/control_message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.hpp"

namespace wider::cli {
namespace {

using Json = nlohmann::json;

// The text under a name; nullptr when there is none.
const std::string* text_of(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get_ptr<const std::string*>() : nullptr;
}

}  // namespace

std::optional<std::string> to_json(const ControlRequest& request) {
  const auto readable = [](const std::string& text) { return valid_utf8(text); };
  if (!std::ranges::all_of(request.arguments, readable) || !readable(request.folder)) return std::nullopt;
  return Json{{"arguments", request.arguments}, {"folder", request.folder}}.dump();
}

std::string to_json(const ControlAnswer& answer) {
  const Json json = {{"status", answer.status}, {"out", answer.out}, {"err", answer.err}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<ControlRequest> parse_control_request(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto arguments = json.find("arguments");
  const std::string* folder = text_of(json, "folder");
  if (arguments == json.end() || !arguments->is_array() || folder == nullptr) return std::nullopt;
  ControlRequest request{{}, *folder};
  for (const Json& argument : *arguments) {
    if (!argument.is_string()) return std::nullopt;
    request.arguments.push_back(argument.get<std::string>());
  }
  return request;
}

std::optional<ControlAnswer> parse_control_answer(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto status = json.find("status");
  const std::string* out = text_of(json, "out");
  const std::string* err = text_of(json, "err");
  // An exit status is a byte; a number beyond would not fit the int.
  if (status == json.end() || !status->is_number_integer() || *status < 0 || *status > 255) return std::nullopt;
  if (out == nullptr || err == nullptr) return std::nullopt;
  return ControlAnswer{status->get<int>(), *out, *err};
}

}  // namespace wider::cli
