// Signing in at the partnership's sign-in service (OpenID Connect). Who comes back is the open account that is known
// there by "issuer subject"; nobody is let in, and no account is made, because of anything else that the service says.
// What was asked and could be evaluated leaves its entry, as with passwords.
#include <fmt/format.h>

#include <chrono>

#include "hub/hub.hpp"

namespace wider::hub {
namespace {

oidc::Times times_now() {
  const auto monotonic = std::chrono::steady_clock::now().time_since_epoch();
  return {system_now(), std::chrono::duration_cast<std::chrono::microseconds>(monotonic).count()};
}

std::unexpected<Error> no_service() {
  return failure(ErrorCode::not_found, "The partnership has no sign-in service.");
}

// Nobody can guess at a service's answers, so nobody is made to wait: a good one always lets in. But whoever sends bad
// ones without end fills no ledger: those of an address are entered as often as tries at one password would be.
Attempt refusals_of(std::string_view address) {
  return {fmt::format("\nsign-in service {}", address), "", ""};
}

}  // namespace

std::string Hub::outside_service() {
  return provider_ ? provider_->settings().name : "";
}

Result<OutsideStart> Hub::begin_outside(std::string_view address, std::string_view next) {
  if (!provider_) return no_service();
  const oidc::Times times = times_now();
  const OutsideSignIns::Begun begun = outside_.begin(address, next, times.monotonic);
  auto to = provider_->address_to_sign_in(begun.state, begun.nonce, begun.verifier, times);
  if (!to) {
    (void)outside_.take(begun.state, begun.browser, times.monotonic);
    return std::unexpected(to.error());
  }
  return OutsideStart{std::move(*to), begun.browser};
}

Result<SignIn> Hub::finish_outside(const OutsideAnswer& answer) {
  if (!provider_) return no_service();
  const oidc::Times times = times_now();
  const auto waiting = outside_.take(answer.state, answer.browser, times.monotonic);
  // Nothing was evaluated: whoever sends such a request was never on the way to signing in here.
  if (!waiting)
    return failure(
        ErrorCode::denied,
        "That sign-in was begun in another window, more than ten minutes ago, or was finished before. Start again.");
  if (auto loaded = load_accounts(); !loaded) return std::unexpected(loaded.error());
  const auto refuse = [&](std::string_view why) -> Result<SignIn> {
    const Attempt attempt = refusals_of(answer.address);
    if (guessing_.begin(attempt, times.monotonic) > 0)
      return failure(ErrorCode::denied, "Too many tries that could not be believed. Wait a while, and start again.");
    guessing_.failed(attempt, times.monotonic);
    if (auto entered = refuse_sign_in("", fmt::format("sign-in service: {}", why)); !entered)
      return std::unexpected(entered.error());
    return failure(ErrorCode::denied,
                   "The sign-in service did not let you in, or its answer cannot be believed. Start again.");
  };
  if (!answer.problem.empty()) return refuse("it refused");
  const auto claims = provider_->redeem({answer.code, waiting->verifier, waiting->nonce, answer.issuer}, times);
  if (!claims && claims.error().code != ErrorCode::denied) return std::unexpected(claims.error());
  if (!claims) return refuse(claims.error().message);
  return let_in_from_outside(*claims, waiting->next);
}

Result<SignIn> Hub::let_in_from_outside(const oidc::Claims& claims, std::string_view next) {
  const std::string outside_name = claims.issuer + " " + claims.subject;
  const auto account = accounts_.known_outside_as(outside_name);
  if (!account) {
    if (auto entered = refuse_sign_in("", "sign-in service: no account has this name", outside_name); !entered)
      return std::unexpected(entered.error());
    SignIn nobody;
    nobody.unknown = outside_name;
    return nobody;
  }
  const bool second_factor = provider_->second_factor_shown(claims);
  if (provider_->settings().second_factor_required && !second_factor) {
    if (auto entered = refuse_sign_in(account->username, "sign-in service: without a second factor"); !entered)
      return std::unexpected(entered.error());
    return failure(
        ErrorCode::denied,
        "The sign-in service did not ask you for a second factor, and this site needs one. Set one up there.");
  }
  if (second_factor || account->code_secret.empty()) {
    auto signed_in = let_in(*account, second_factor ? "sign-in service with a second factor" : "sign-in service", true);
    if (signed_in) signed_in->next = next;
    return signed_in;
  }
  SignIn half;
  half.next = next;
  half.pending =
      sessions_.open_pending({account->number, account->standing(), true, std::string(next)}, times_now().monotonic);
  if (auto entered = refuse_sign_in(account->username, "a code is asked for"); !entered)
    return std::unexpected(entered.error());
  return half;
}

}  // namespace wider::hub
