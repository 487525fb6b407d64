// What `wider link` writes: source,id,person. A person is named by its least source and id, so that the name does not
// depend on the order of rows.
// Thread safety: const members and free functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wider::cli {

// The rows of several files in their order, as they are written.
class RowNames {
 public:
  using Ids = std::vector<std::vector<std::string_view>>;  // by file, then row
  // The ids outlive it.
  RowNames(const std::vector<std::string>& files, const Ids& ids);

  [[nodiscard]] std::size_t rows() const { return first_.back(); }
  // Adds "source,id" as two fields, or "source/id" as one.
  void add(std::string& out, std::size_t row) const;
  void add_person(std::string& out, std::size_t row) const;
  // By source, then id.
  [[nodiscard]] bool less(std::size_t a, std::size_t b) const;

 private:
  [[nodiscard]] std::size_t file_of(std::size_t row) const;
  [[nodiscard]] std::string_view id(std::size_t file, std::size_t row) const {
    return (*ids_)[file][row - first_[file]];
  }

  const Ids* ids_;
  std::vector<std::string> sources_;  // "a.csv"
  std::vector<std::string> fields_;   // the same as a field
  std::vector<std::size_t> first_;    // row of each file, and the end
};

// cluster: by row, equal for rows of one person. Counts persons. The file in pieces.
[[nodiscard]] std::vector<std::string> linked_csv(const RowNames& names, std::span<const std::uint32_t> cluster,
                                                  std::uint64_t& persons, unsigned threads);

}  // namespace wider::cli
