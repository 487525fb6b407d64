// What `wider link` writes: source,id,person. A person is named by its least source and id, so that the name does not
// depend on the order of rows.
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wider::cli {

// ids: by file, then row. cluster: by row of all files in their order, equal for rows of one person. Counts persons.
[[nodiscard]] std::string linked_csv(const std::vector<std::string>& files,
                                     const std::vector<std::vector<std::string>>& ids,
                                     std::span<const std::uint32_t> cluster, std::uint64_t& persons);

// "source,id" of each row, as fields of a CSV file.
[[nodiscard]] std::vector<std::string> row_names(const std::vector<std::string>& files,
                                                 const std::vector<std::vector<std::string>>& ids);

}  // namespace wider::cli
