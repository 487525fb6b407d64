#include "oidc/strict_json.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace wider::oidc {

using nlohmann::json;

std::optional<json> strict_object(std::string_view text, std::size_t most_bytes) {
  constexpr int most_levels = 8;
  if (text.size() > most_bytes) return std::nullopt;
  bool strict = true;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > most_levels) strict = false;
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.empty())
      strict = keys.back().insert(parsed.get<std::string>()).second && strict;
    return strict;  // what is not strict is not kept
  };
  json object = json::parse(text, watch, false);
  if (!strict || !object.is_object()) return std::nullopt;
  return object;
}

std::optional<std::string_view> text_of(const json& object, const char* key, std::size_t most) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  const auto& text = found->get_ref<const std::string&>();
  const bool plain = std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7F; });
  if (text.empty() || text.size() > most || !plain) return std::nullopt;
  return text;
}

}  // namespace wider::oidc
