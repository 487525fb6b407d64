#include "web/values.hpp"

namespace wider::web {

std::string with_commas(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

void Values::set(std::string name, Value value) {
  values_.insert_or_assign(std::move(name), std::move(value));
}

Values& Values::text(std::string_view name, std::string_view value) {
  set(std::string(name) + "?", !value.empty());
  set(std::string(name), std::string(value));
  return *this;
}

Values& Values::number(std::string_view name, std::uint64_t value) {
  set(std::string(name) + "?", value != 0);
  set(std::string(name), with_commas(value));
  return *this;
}

Values& Values::flag(std::string_view name, bool value) {
  set(std::string(name), value);
  return *this;
}

Values& Values::list(std::string_view name, List value) {
  set(std::string(name) + "?", !value.empty());
  set(std::string(name) + "_one", value.size() == 1);
  set(std::string(name) + "_count", with_commas(value.size()));
  set(std::string(name), std::move(value));
  return *this;
}

Values& Values::merge(const Values& other) {
  for (const auto& [name, value] : other.values_) values_.insert_or_assign(name, value);
  return *this;
}

}  // namespace wider::web
