#include "cli/linked_csv.hpp"

#include "base/check.hpp"
#include "cli/csv.hpp"

namespace wider::cli {

std::vector<std::string> row_names(const std::vector<std::string>& files,
                                   const std::vector<std::vector<std::string>>& ids) {
  std::vector<std::string> names;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const std::string source = csv_field(base_name(files[f]));
    for (const std::string& id : ids[f]) names.push_back(source + "," + csv_field(id));
  }
  return names;
}

std::string linked_csv(const std::vector<std::string>& files, const std::vector<std::vector<std::string>>& ids,
                       std::span<const std::uint32_t> cluster, std::uint64_t& persons) {
  const std::vector<std::string> names = row_names(files, ids);
  CHECK(cluster.size() == names.size());
  constexpr std::uint32_t none = UINT32_MAX;
  std::vector<std::uint32_t> least(names.size(), none);  // by cluster: the row that names it
  persons = 0;
  for (std::uint32_t row = 0; row < names.size(); ++row) {
    std::uint32_t& name = least[cluster[row]];
    if (name == none) ++persons;
    if (name == none || names[row] < names[name]) name = row;
  }
  std::string out = "source,id,person\n";
  std::size_t row = 0;
  for (std::size_t f = 0; f < files.size(); ++f) {
    for (std::size_t i = 0; i < ids[f].size(); ++i, ++row) {
      std::size_t source = 0, first = 0;
      while (least[cluster[row]] >= first + ids[source].size()) first += ids[source++].size();
      const std::string person = base_name(files[source]) + "/" + ids[source][least[cluster[row]] - first];
      out += names[row] + "," + csv_field(person) + "\n";
    }
  }
  return out;
}

}  // namespace wider::cli
