#include "ledger/sealed_file.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <unistd.h>

#include "ledger/files.hpp"

namespace wider::ledger {
namespace {

constexpr std::string_view magic = "WIDERSEALED1";
constexpr std::size_t chunk_size = std::size_t{1} << 16;
constexpr std::size_t overhead = crypto_secretstream_xchacha20poly1305_ABYTES;

class SealedWriter {
 public:
  SealedWriter(int file, const std::filesystem::path& path, const SecretKey& key) : file_(file), path_(path) {
    out_ = magic;
    out_.resize(magic.size() + crypto_secretstream_xchacha20poly1305_HEADERBYTES);
    crypto_secretstream_xchacha20poly1305_init_push(
        &state_, reinterpret_cast<unsigned char*>(out_.data() + magic.size()), key.bytes.data());
  }
  Result<void> push(std::string_view chunk, bool final) {
    const std::size_t at = out_.size();
    out_.resize(at + chunk.size() + overhead);
    crypto_secretstream_xchacha20poly1305_push(
        &state_, reinterpret_cast<unsigned char*>(out_.data() + at), nullptr,
        reinterpret_cast<const unsigned char*>(chunk.data()), chunk.size(),
        reinterpret_cast<const unsigned char*>(magic.data()), magic.size(),
        final ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : std::uint8_t{0});
    if (!final && out_.size() < 16 * chunk_size) return {};
    auto written = write_all(file_, out_, path_);
    out_.clear();
    return written;
  }

 private:
  int file_;
  const std::filesystem::path& path_;
  crypto_secretstream_xchacha20poly1305_state state_;
  std::string out_;
};

Result<void> write_chunks(SealedWriter& writer, std::span<const std::string_view> blocks) {
  std::string pending;  // blocks joined to whole chunks
  for (std::string_view block : blocks) {
    while (!block.empty()) {
      // Whole chunks go straight from the block; only the ends of blocks are copied.
      if (pending.empty() && block.size() > chunk_size) {
        if (auto done = writer.push(block.substr(0, chunk_size), false); !done) return done;
        block.remove_prefix(chunk_size);
        continue;
      }
      const std::size_t take = std::min(block.size(), chunk_size - pending.size());
      pending.append(block.substr(0, take));
      block.remove_prefix(take);
      if (pending.size() < chunk_size) continue;
      if (auto done = writer.push(pending, false); !done) return done;
      pending.clear();
    }
  }
  auto done = writer.push(pending, true);
  sodium_memzero(pending.data(), pending.size());
  return done;
}

}  // namespace

Result<void> write_sealed(const std::filesystem::path& path, std::span<const std::string_view> blocks,
                          const SecretKey& key) {
  const std::filesystem::path temporary = path.string() + ".new";
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.open())
      return failure(ErrorCode::unreadable,
                     fmt::format("Could not make {}: {}.", temporary.string(), std::strerror(errno)));
    SealedWriter writer(file.get(), temporary, key);
    auto done = write_chunks(writer, blocks);
    if (done && ::fsync(file.get()) != 0)
      done = failure(ErrorCode::unreadable, fmt::format("Could not make {} durable.", temporary.string()));
    if (!done) {
      ::unlink(temporary.c_str());
      return done;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return failure(ErrorCode::unreadable,
                   fmt::format("Could not replace {}: {}.", path.string(), std::strerror(errno)));
  const std::filesystem::path folder = path.parent_path();
  return sync_folder(folder.empty() ? "." : folder);
}

Result<std::string> read_sealed(const std::filesystem::path& path, const SecretKey& key) {
  auto bytes = read_whole(path);
  if (!bytes) return bytes;
  const auto wrong = [&] {
    return failure(ErrorCode::corrupt, fmt::format("{} is damaged or was sealed under another key.", path.string()));
  };
  constexpr std::size_t start = magic.size() + crypto_secretstream_xchacha20poly1305_HEADERBYTES;
  if (bytes->size() < start + overhead || !bytes->starts_with(magic)) return wrong();
  const auto* in = reinterpret_cast<const unsigned char*>(bytes->data());
  crypto_secretstream_xchacha20poly1305_state state;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&state, in + magic.size(), key.bytes.data()) != 0) return wrong();
  std::string plain(bytes->size() - start, '\0');
  std::size_t length = 0;
  std::size_t at = start;
  unsigned char tag = 0;
  while (at < bytes->size()) {
    if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) return wrong();  // something follows the last chunk
    const std::size_t take = std::min(bytes->size() - at, chunk_size + overhead);
    unsigned long long got = 0;
    if (take < overhead || crypto_secretstream_xchacha20poly1305_pull(
                               &state, reinterpret_cast<unsigned char*>(plain.data() + length), &got, &tag, in + at,
                               take, reinterpret_cast<const unsigned char*>(magic.data()), magic.size()) != 0)
      return wrong();
    length += static_cast<std::size_t>(got);
    at += take;
  }
  if (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) return wrong();  // the end was cut off
  plain.resize(length);
  return plain;
}

}  // namespace wider::ledger
