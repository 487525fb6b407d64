// One <Child> of the Children in Need census, as elements, and the records it gives.
// Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"
#include "intake/intake.hpp"
#include "intake/mapping.hpp"

namespace wider::intake {

// The elements inside one element, in the order of their starts; parents come before children.
struct XmlElement {
  static constexpr std::size_t no_parent = static_cast<std::size_t>(-1);
  std::string name;
  std::string text;
  std::size_t parent = no_parent;
};

struct CinHeader {
  std::string year;
  Date reference_date;
};

// `elements[0]` is the <Child>. A trouble means that the child is to be held back.
[[nodiscard]] std::optional<RowTrouble> map_child(const CinHeader& header, const std::vector<XmlElement>& elements,
                                                  Agency agency, const Origin& origin, Accepted& out);

// A date of the census: YYYY-MM-DD (or DD/MM/YYYY, as some systems write it).
[[nodiscard]] ReadDate read_census_date(std::string_view text);

}  // namespace wider::intake
