#include "hub/entry_stream.hpp"

#include <algorithm>
#include <iterator>

namespace wider::hub {
namespace {

constexpr std::size_t group_bytes = std::size_t{4} << 20;

}  // namespace

EntryStream::EntryStream(ledger::Ledger& ledger)
    : ledger_(ledger), sealing_([this] { seal_groups(); }), writing_([this] { write_groups(); }) {}

EntryStream::~EntryStream() {
  join();
}

Result<void> EntryStream::add(std::span<ledger::NewEntry> unit) {
  // A full group is handed over before the next unit, not after its last: a file's end may still take that back.
  if (group_.size() + unit.size() > ledger_.good_batch() || bytes_ >= group_bytes) {
    if (auto handed = hand_over(); !handed) return handed;
  }
  for (const ledger::NewEntry& entry : unit) bytes_ += entry.body.size();
  added_ += unit.size();
  std::ranges::move(unit, std::back_inserter(group_));
  return {};
}

void EntryStream::drop_after(std::uint64_t kept) {
  const std::uint64_t extra = std::min<std::uint64_t>(added_ - std::min(added_, kept), group_.size());
  group_.resize(group_.size() - extra);
  added_ -= extra;
}

Result<void> EntryStream::finish() {
  if (!group_.empty()) (void)hand_over();
  join();
  return state();
}

Result<void> EntryStream::hand_over() {
  if (group_.empty()) return {};
  Group next;
  next.reserve(ledger_.good_batch());
  bytes_ = 0;
  if (to_seal_.put(std::exchange(group_, std::move(next)))) return {};
  return state();
}

void EntryStream::seal_groups() {
  while (const auto group = to_seal_.take()) {
    if (!to_write_.put(ledger_.seal(*group))) return;
  }
  to_write_.close();
}

void EntryStream::write_groups() {
  while (const auto sealed = to_write_.take()) {
    if (const auto written = ledger_.append(**sealed); !written) {
      failed_ = written.error();
      to_write_.stop();
      to_seal_.stop();
      return;
    }
    durable_ += (*sealed)->count();
  }
}

void EntryStream::join() {
  to_seal_.close();
  if (sealing_.joinable()) sealing_.join();
  if (writing_.joinable()) writing_.join();
}

Result<void> EntryStream::state() const {
  if (failed_) return std::unexpected(*failed_);
  return {};
}

}  // namespace wider::hub
