// Material for a prosecution leaves only through a named officer with a reason, and after its entry.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "hub/hub.hpp"
#include "hub/prosecution.hpp"

namespace wider::hub {

Result<ProsecutionMaterial> Hub::material_for_prosecution(const ProsecutionWish& wish, const Officer& who) {
  if (wish.person.empty() == wish.finding.empty())
    return failure(ErrorCode::usage, "Name a person or a finding, and not both.");
  const auto by = officer(who);
  if (!by) return std::unexpected(by.error());
  const std::string about = wish.person.empty() ? "Finding " + wish.finding.substr(0, 80) : wish.person.substr(0, 20);
  // The entry first: no entry, no material.
  nlohmann::json body = {{"operator", who.operator_name},
                         {"officer", *by},
                         {"purpose", "prosecution"},
                         {"reference", who.reason},
                         {"what", wish.person.empty() ? about : "material for a prosecution about " + about}};
  if (ledger_->simulated()) body["at"] = system_now().microseconds;
  const auto entered =
      append_small(ledger::EntryKind::look, {}, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (!entered) return std::unexpected(entered.error());
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  const auto projection = this->projection();
  if (projection->facts.through < sealed_through_.load())
    return failure(ErrorCode::unavailable, "Records are being put together anew. Try again in a minute.");
  const auto accounts = accounts_.all();
  const auto account = accounts_.named(who.username);
  return prosecution_material({*projection, *ledger_, accounts, account ? account->number : 0,
                               fmt::format("Asked for on {} by {}, entry {} of the ledger. Reason: {}",
                                           to_words(day_of(system_now())), *by, *entered, who.reason)},
                              wish);
}

}  // namespace wider::hub
