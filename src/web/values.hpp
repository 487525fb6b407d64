// Values: what a template is filled with: texts, switches and lists under names. Every text `x` also sets the switch
// `x?` (is there any), and every list `x` the switch `x?` and the text `x_count`, because in mustache an empty text is
// true. A handler fills them; the template engine stays out of sight in templates.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wider::web {

class Values {
 public:
  using List = std::vector<Values>;
  using Value = std::variant<std::string, bool, List>;

  Values& text(std::string_view name, std::string_view value);
  Values& number(std::string_view name, std::uint64_t value);  // with thousands separators: "12,345"
  Values& flag(std::string_view name, bool value);
  Values& list(std::string_view name, List value);
  Values& merge(const Values& other);  // names of the other one win

  [[nodiscard]] const std::map<std::string, Value, std::less<>>& all() const { return values_; }

 private:
  void set(std::string name, Value value);
  std::map<std::string, Value, std::less<>> values_;
};

[[nodiscard]] std::string with_commas(std::uint64_t value);

// [1, 2] of anything → a list of Values by a function of one element.
template <typename Rows, typename ToValues>
Values::List list_of(const Rows& rows, const ToValues& to_values) {
  Values::List list;
  list.reserve(rows.size());
  for (const auto& row : rows) list.push_back(to_values(row));
  return list;
}

}  // namespace wider::web
