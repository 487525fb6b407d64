#include "cli/linked_csv.hpp"

#include "base/check.hpp"
#include "cli/csv.hpp"

namespace wider::cli {
namespace {

void append_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) {
    out += text;
  } else {
    out += csv_field(text);
  }
}
// source/id.
void append_field(std::string& out, std::string_view source, std::string_view id) {
  constexpr std::string_view special = ",\"\n\r";
  if (source.find_first_of(special) == std::string_view::npos && id.find_first_of(special) == std::string_view::npos) {
    out.append(source).append("/").append(id);
  } else {
    out += csv_field(std::string(source) + "/" + std::string(id));
  }
}

}  // namespace

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
  std::vector<std::string> sources;
  std::vector<std::uint32_t> file_of, at;
  for (std::size_t f = 0; f < files.size(); ++f) {
    sources.push_back(base_name(files[f]));
    for (std::uint32_t i = 0; i < ids[f].size(); ++i) {
      file_of.push_back(static_cast<std::uint32_t>(f));
      at.push_back(i);
    }
  }
  CHECK(cluster.size() == file_of.size());
  const auto id_of = [&](std::uint32_t row) -> const std::string& { return ids[file_of[row]][at[row]]; };
  const auto less = [&](std::uint32_t a, std::uint32_t b) {
    return file_of[a] == file_of[b] ? id_of(a) < id_of(b) : sources[file_of[a]] < sources[file_of[b]];
  };
  constexpr std::uint32_t none = UINT32_MAX;
  std::vector<std::uint32_t> least(cluster.size(), none);  // by cluster: the row that names it
  persons = 0;
  for (std::uint32_t row = 0; row < cluster.size(); ++row) {
    std::uint32_t& name = least[cluster[row]];
    if (name == none) ++persons;
    if (name == none || less(row, name)) name = row;
  }
  std::string out = "source,id,person\n";
  out.reserve(cluster.size() * 48);
  for (std::uint32_t row = 0; row < cluster.size(); ++row) {
    const std::uint32_t name = least[cluster[row]];
    append_field(out, sources[file_of[row]]);
    out += ',';
    append_field(out, id_of(row));
    out += ',';
    append_field(out, sources[file_of[name]], id_of(name));
    out += '\n';
  }
  return out;
}

}  // namespace wider::cli
