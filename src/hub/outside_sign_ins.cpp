#include "hub/outside_sign_ins.hpp"

#include "access/one_time_code.hpp"

namespace wider::hub {

using access::digest_of_token;
using access::random_token;

void OutsideSignIns::drop(std::map<std::string, Kept>::iterator at) {
  if (const auto count = of_.find(at->second.address); count != of_.end() && --count->second == 0) of_.erase(count);
  kept_.erase(at);
}

void OutsideSignIns::drop_oldest(const std::string* of_address) {
  auto oldest = kept_.end();
  for (auto at = kept_.begin(); at != kept_.end(); ++at) {
    if (of_address != nullptr && at->second.address != *of_address) continue;
    if (oldest == kept_.end() || at->second.begun < oldest->second.begun) oldest = at;
  }
  if (oldest != kept_.end()) drop(oldest);
}

OutsideSignIns::Begun OutsideSignIns::begin(std::string_view address, std::string_view next, std::int64_t now) {
  Begun begun{random_token(), random_token(), random_token(), random_token()};
  const std::string from(address);
  const std::scoped_lock lock(mutex_);
  if (kept_.size() >= most || of_[from] >= most_of_an_address) {
    for (auto at = kept_.begin(); at != kept_.end();) {
      const auto here = at++;
      if (now - here->second.begun > good_for) drop(here);
    }
  }
  if (of_[from] >= most_of_an_address) drop_oldest(&from);
  if (kept_.size() >= most) drop_oldest(nullptr);
  ++of_[from];
  kept_[digest_of_token(begun.state)] =
      Kept{{begun.nonce, begun.verifier, std::string(next)}, digest_of_token(begun.browser), from, now};
  return begun;
}

std::optional<OutsideSignIns::Waiting> OutsideSignIns::take(std::string_view state, std::string_view browser,
                                                            std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const auto at = kept_.find(digest_of_token(state));
  if (at == kept_.end() || browser.empty() || !access::same_secret(at->second.browser, digest_of_token(browser)))
    return std::nullopt;
  Waiting waiting = std::move(at->second.waiting);
  const bool in_time = now - at->second.begun <= good_for;
  drop(at);
  if (!in_time) return std::nullopt;
  return waiting;
}

std::size_t OutsideSignIns::size() {
  const std::scoped_lock lock(mutex_);
  return kept_.size();
}

}  // namespace wider::hub
