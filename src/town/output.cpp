#include "town/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/check.hpp"

namespace wider::town {
namespace {

int month_of(Date date) {
  const YearMonthDay parts = split(date);
  return parts.year * 12 + parts.month - 1;
}

// Every text of the town lies in Latin-1, whose characters Windows-1252 shares: two bytes of UTF-8 become one.
std::string to_windows_1252(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80) {
      out += utf8[i];
      continue;
    }
    CHECK((byte == 0xC2 || byte == 0xC3) && i + 1 < utf8.size());
    const auto next = static_cast<unsigned char>(utf8[i + 1]);
    out += static_cast<char>(static_cast<unsigned char>((byte == 0xC3 ? 0xC0U : 0x80U) | (next & 0x3FU)));
    ++i;
  }
  return out;
}

std::string header_of(const Layout& layout) {
  std::string out;
  if (layout.encoding == Encoding::utf8_with_mark) out += "\xEF\xBB\xBF";
  for (const char c : layout.columns) out += c == '|' ? layout.delimiter : c;
  return out + std::string(layout.line_end);
}

constexpr std::string_view intake_script =
    "#!/bin/sh\n"
    "# Takes every file of this town into the hub $HUB with the program $WIDER, in the order of delivery.\n"
    "set -eu\n"
    "DIR=$(CDPATH= cd -- \"$(dirname -- \"$0\")\" && pwd)\n"
    "\"$WIDER\" intake --hub \"$HUB\" --manifest \"$DIR/manifest.csv\"\n";

}  // namespace

std::string person_name(PersonIndex person) {
  return fmt::format("P{:06}", person);
}

Row& Row::cell(std::string_view value) {
  if (cells_++ > 0) text_ += layout_.delimiter;
  bool quote = false;
  for (const char c : value) quote |= c == layout_.delimiter || c == '"' || c == '\n' || c == '\r';
  if (!quote) {
    text_ += value;
    return *this;
  }
  text_ += '"';
  for (const char c : value) {
    if (c == '"') text_ += '"';
    text_ += c;
  }
  text_ += '"';
  return *this;
}

Output::Output(std::filesystem::path folder, Date first_day, Date last_day)
    : folder_(std::move(folder)), first_month_(month_of(first_day)), months_(month_of(last_day) - first_month_ + 1) {
  for (auto& months : waiting_) months.resize(static_cast<std::size_t>(months_));
}

Output::~Output() {
  if (truth_ != nullptr) std::fclose(truth_);
}

Result<std::unique_ptr<Output>> Output::create(const std::filesystem::path& folder, Date first_day, Date last_day) {
  std::error_code error;
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error)) {
    return failure(ErrorCode::already_there,
                   "The folder " + folder.string() + " is not empty; name a new one for the town.");
  }
  for (const char* part : {"truth", "social-care", "police", "health", "education", "licensing", "prosecution"}) {
    std::filesystem::create_directories(folder / part, error);
    if (error)
      return failure(ErrorCode::unreadable,
                     "The folder " + (folder / part).string() + " cannot be made: " + error.message() + ".");
  }
  std::unique_ptr<Output> output(new Output(folder, first_day, last_day));
  output->truth_ = std::fopen((folder / "truth/people.csv").c_str(), "wb");
  if (output->truth_ == nullptr)
    return failure(ErrorCode::unreadable, "The truth cannot be written in " + folder.string() + ".");
  output->truth_buffer_ = "agency,mention,person\n";
  return output;
}

void Output::mention(Agency agency, std::string_view name, PersonIndex person) {
  ++mentions_;
  fmt::format_to(std::back_inserter(truth_buffer_), "{},{},{}\n", name_of(agency), name, person_name(person));
  if (truth_buffer_.size() > (1U << 20U)) {
    failed_ |= std::fwrite(truth_buffer_.data(), 1, truth_buffer_.size(), truth_) != truth_buffer_.size();
    truth_buffer_.clear();
  }
}

void Output::finish(const Row& row, std::string_view id, Date known, bool again) {
  const Layout& layout = row.layout_;
  CHECK(row.cells_ == 1 + std::count(layout.columns.begin(), layout.columns.end(), '|'));
  const int month = month_of(known) - first_month_;
  CHECK(month >= 0);
  if (month >= months_) return;  // known only after the town's last day
  const auto index = static_cast<std::size_t>(&layout - &layout_of(LayoutId::ssd_person));
  std::string& file = waiting_[index][static_cast<std::size_t>(month)];
  if (file.empty()) file = header_of(layout);
  file += layout.encoding == Encoding::windows_1252 ? to_windows_1252(row.text_) : row.text_;
  file += layout.line_end;
  ++rows_;
  if (again) return;
  for (std::size_t i = 0; i < row.people_count_; ++i) {
    if (row.people_count_ == 1) {
      mention(layout.agency, fmt::format("{}-{}", name_of(layout.kind), id), row.people_[i]);
    } else {
      mention(layout.agency, fmt::format("{}-{}#{}", name_of(layout.kind), id, i + 1), row.people_[i]);
    }
  }
}

bool Output::write_file(const std::string& path, std::string_view content) {
  std::FILE* file = std::fopen((folder_ / path).c_str(), "wb");
  if (file == nullptr) return false;
  const bool whole = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  return (std::fclose(file) == 0) && whole;
}

void Output::whole_file(std::string_view path, Agency agency, std::string_view format, Date delivered,
                        std::string_view content) {
  deliveries_.push_back({std::string(path), format, agency, delivered, static_cast<std::uint32_t>(layout_count)});
  failed_ |= !write_file(std::string(path), content);
}

void Output::end_of_month(int year, int month) {
  const auto at = static_cast<std::size_t>(year * 12 + month - 1 - first_month_);
  for (std::size_t i = 0; i < layout_count; ++i) {
    std::string& content = waiting_[i][at];
    if (content.empty()) continue;
    const Layout& layout = layout_of(static_cast<LayoutId>(i));
    const std::string path = fmt::format("{}-{:04}-{:02}.csv", layout.file, year, month);
    deliveries_.push_back({path, layout.format, layout.agency, last_of_month(year, month) + layout.delivered_on,
                           static_cast<std::uint32_t>(i)});
    failed_ |= !write_file(path, content);
    std::string().swap(content);
  }
}

Result<void> Output::close(std::string_view networks, std::string_view network_things, std::string_view twins,
                           std::string_view households) {
  failed_ |= std::fwrite(truth_buffer_.data(), 1, truth_buffer_.size(), truth_) != truth_buffer_.size();
  failed_ |= std::fclose(truth_) != 0;
  truth_ = nullptr;
  std::sort(deliveries_.begin(), deliveries_.end(), [](const Delivery& a, const Delivery& b) {
    return std::tie(a.delivered, a.order, a.file) < std::tie(b.delivered, b.order, b.file);
  });
  std::string manifest = "file,agency,format,delivered\n";
  for (const Delivery& delivery : deliveries_) {
    manifest += fmt::format("{},{},{},{}\n", delivery.file, name_of(delivery.agency), delivery.format,
                            to_iso(delivery.delivered));
  }
  failed_ |= !write_file("manifest.csv", manifest);
  failed_ |= !write_file("intake.sh", intake_script);
  failed_ |= !write_file("truth/networks.csv", networks);
  failed_ |= !write_file("truth/network_things.csv", network_things);
  failed_ |= !write_file("truth/twins.csv", twins);
  failed_ |= !write_file("truth/households.csv", households);
  std::error_code error;
  using std::filesystem::perms;
  std::filesystem::permissions(folder_ / "intake.sh", perms::owner_exec | perms::group_exec | perms::others_exec,
                               std::filesystem::perm_options::add, error);
  if (failed_ || error)
    return failure(ErrorCode::unreadable,
                   "The town could not be written whole in " + folder_.string() + "; is the disk full?");
  return {};
}

}  // namespace wider::town
