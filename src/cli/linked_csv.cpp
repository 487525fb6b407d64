#include "cli/linked_csv.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "cli/csv.hpp"
#include "linkage/parallel.hpp"

namespace wider::cli {
namespace {

bool needs_quotes(std::string_view text) {
  return text.find_first_of(",\"\n\r") != std::string_view::npos;
}

}  // namespace

RowNames::RowNames(const std::vector<std::string>& files, const Ids& ids) : ids_(&ids), first_{0} {
  CHECK(files.size() == ids.size());
  for (std::size_t f = 0; f < files.size(); ++f) {
    sources_.push_back(base_name(files[f]));
    fields_.push_back(csv_field(sources_.back()));
    first_.push_back(first_.back() + ids[f].size());
  }
}

std::size_t RowNames::file_of(std::size_t row) const {
  return static_cast<std::size_t>(std::upper_bound(first_.begin(), first_.end(), row) - first_.begin()) - 1;
}

void RowNames::add(std::string& out, std::size_t row) const {
  const std::size_t file = file_of(row);
  const std::string_view its = id(file, row);
  out.append(fields_[file]).append(",");
  if (needs_quotes(its)) {
    out += csv_field(its);
  } else {
    out += its;
  }
}

void RowNames::add_person(std::string& out, std::size_t row) const {
  const std::size_t file = file_of(row);
  const std::string_view its = id(file, row);
  if (needs_quotes(sources_[file]) || needs_quotes(its)) {
    out += csv_field(sources_[file] + "/" + std::string(its));
  } else {
    out.append(sources_[file]).append("/").append(its);
  }
}

bool RowNames::less(std::size_t a, std::size_t b) const {
  const std::size_t file_a = file_of(a), file_b = file_of(b);
  return file_a == file_b ? id(file_a, a) < id(file_b, b) : sources_[file_a] < sources_[file_b];
}

std::vector<std::string> linked_csv(const RowNames& names, std::span<const std::uint32_t> cluster,
                                    std::uint64_t& persons, unsigned threads) {
  CHECK(cluster.size() == names.rows());
  constexpr std::uint32_t none = UINT32_MAX;
  std::vector<std::uint32_t> least(cluster.size(), none);  // by cluster: the row that names it
  persons = 0;
  for (std::uint32_t row = 0; row < cluster.size(); ++row) {
    std::uint32_t& name = least[cluster[row]];
    if (name == none) ++persons;
    if (name == none || names.less(row, name)) name = row;
  }
  constexpr std::size_t portion = 1U << 15;
  const std::size_t parts = (cluster.size() + portion - 1) / portion;
  std::vector<std::string> pieces(parts + 1);
  pieces[0] = "source,id,person\n";
  linkage::in_parallel(threads, parts, [&](std::size_t, std::size_t part) {
    std::string& out = pieces[part + 1];
    out.reserve(portion * 48);
    for (std::size_t row = part * portion; row < std::min((part + 1) * portion, cluster.size()); ++row) {
      names.add(out, row);
      out += ',';
      names.add_person(out, least[cluster[row]]);
      out += '\n';
    }
  });
  return pieces;
}

}  // namespace wider::cli
