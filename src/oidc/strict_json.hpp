// JSON from another party, read strictly: one object, no key twice (two readers could take different ones), nothing
// deeper than a few levels, UTF-8. Pure.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace wider::oidc {

// nullopt: it is none, or is longer than `most_bytes`.
[[nodiscard]] std::optional<nlohmann::json> strict_object(std::string_view text, std::size_t most_bytes);
// The text of a key; nullopt: it is not there, is no text, is empty, is longer than `most`, or holds control
// characters.
[[nodiscard]] std::optional<std::string_view> text_of(const nlohmann::json& object, const char* key,
                                                      std::size_t most = 2048);

}  // namespace wider::oidc
