#include "web/router.hpp"

#include <algorithm>
#include <optional>

namespace wider::web {
namespace {

// Takes the part of the path before the next '/', and the '/'.
std::string_view take_part(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(end < path.size() ? end + 1 : end);
  return part;
}

std::optional<Fields> parts_of(std::string_view pattern, std::string_view path) {
  if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) return std::nullopt;
  Fields parts;
  while (!pattern.empty() || !path.empty()) {
    const std::string_view wanted = take_part(pattern);
    const std::string_view given = take_part(path);
    if (wanted.starts_with('{') && wanted.ends_with('}')) {
      if (given.empty()) return std::nullopt;
      parts.emplace(wanted.substr(1, wanted.size() - 2), given);
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  return parts;
}

}  // namespace

Match Router::match(Method method, std::string_view path) const {
  Match match;
  for (const Route& route : routes_) {
    auto parts = parts_of(route.pattern, path);
    if (!parts) continue;
    if (route.method != method) {
      match.other_method = true;
      continue;
    }
    match.route = &route;
    match.parts = std::move(*parts);
    return match;
  }
  return match;
}

}  // namespace wider::web
