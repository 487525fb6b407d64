#include "records/agency.hpp"

namespace wider {
namespace {

struct Names {
  std::string_view name;
  std::string_view title;
};
constexpr std::array<Names, agency_count> names = {{
    {"social-care", "Children's social care"},
    {"police", "Police"},
    {"health", "Health"},
    {"education", "Education"},
    {"licensing", "Licensing"},
    {"prosecution", "Prosecution"},
    {"housing", "Housing"},
    {"youth-justice", "Youth justice"},
    {"probation", "Probation"},
    {"voluntary", "Voluntary sector"},
    {"community", "Parents and community"},
    {"partnership", "Safeguarding partnership"},
}};

}  // namespace

std::string_view name_of(Agency agency) {
  return names[static_cast<std::size_t>(agency)].name;
}
std::string_view title_of(Agency agency) {
  return names[static_cast<std::size_t>(agency)].title;
}

std::optional<Agency> agency_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].name == name) return static_cast<Agency>(i);
  }
  return std::nullopt;
}

}  // namespace wider
