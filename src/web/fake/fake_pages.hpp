// A hub of fixed fictitious people, for the tests of the pages and for looking at them. Every list of every view holds
// something, unless `empty` is asked for. Names, numbers and places are made up; telephone numbers are of the ranges
// kept for fiction.
#pragma once

#include <chrono>
#include <map>
#include <mutex>

#include "hub/pages.hpp"

namespace wider::web {

class FakePages : public hub::Pages {
 public:
  bool empty = false;         // views hold as little as they may
  std::string ask_for_error;  // person(), home() … answer with this code's refusal: "unavailable"
  std::chrono::milliseconds outside_takes{0};  // begin_outside() answers after it
  static constexpr std::string_view password = "demonstration";
  // Usernames are the names of roles: "social-worker".

  // A name that ends in "+code" is asked for a code, which is 123456.
  Result<hub::SignIn> sign_in(const hub::SignInTry& attempt) override;
  Result<hub::SignIn> sign_in(std::string_view username, std::string_view given_password) {
    return sign_in(hub::SignInTry{username, given_password, {}, {}, {}});
  }
  Result<hub::SignIn> finish_sign_in(std::string_view pending, std::string_view code, std::string_view address,
                                     std::string_view device) override;
  // The code is a role's name; "unknown" is nobody here, "refused" nobody there, "down" no answer.
  std::string outside_service() override { return empty ? "" : "County sign-in"; }
  Result<hub::OutsideStart> begin_outside(std::string_view address, std::string_view next) override;
  Result<hub::SignIn> finish_outside(const hub::OutsideAnswer& answer) override;
  Result<hub::SessionView> session(std::string_view token) override;
  void sign_out(std::string_view token) override;
  Result<void> choose_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference) override;
  Result<hub::AccountView> my_account(const hub::Viewer& viewer) override;
  Result<void> change_password(std::string_view token, std::string_view old_one, std::string_view new_one) override;
  Result<hub::CodeSecret> start_second_factor(std::string_view token) override;
  Result<std::vector<std::string>> confirm_second_factor(std::string_view token, std::string_view password,
                                                         std::string_view code) override;
  Result<std::string> make_token(std::string_view session, const hub::NewToken& wanted) override;
  Result<void> close_token(std::string_view session, std::size_t number) override;
  Result<std::vector<hub::PeopleLine>> people(const hub::Viewer& viewer) override;
  Result<std::string> add_person(const hub::Viewer& viewer, std::string_view username, std::string_view name,
                                 const hub::PeopleChange& change) override;
  Result<void> change_person(const hub::Viewer& viewer, const hub::PeopleChange& change) override;
  Result<void> close_person(const hub::Viewer& viewer, std::uint32_t number, std::string_view reason) override;
  Result<std::string> reset_person(const hub::Viewer& viewer, std::uint32_t number, std::string_view reason) override;
  hub::Readiness readiness() override { return {ask_for_error.empty(), 1234, empty ? 0U : 3U}; }
  hub::PageFrame frame(const hub::Viewer& viewer) override;
  Result<hub::HomeView> home(const hub::Viewer& viewer) override;
  Result<hub::SearchView> search(const hub::Viewer& viewer, std::string_view query) override;
  Result<hub::PersonView> person(const hub::Viewer& viewer, std::string_view person,
                                 const hub::PersonQuery& query) override;
  Result<hub::FindingsView> findings(const hub::Viewer& viewer, const hub::FindingsQuery& query) override;
  Result<hub::FindingView> finding(const hub::Viewer& viewer, std::string_view id) override;
  Result<void> act_on_finding(const hub::Viewer& viewer, std::string_view id, hub::FindingAction action,
                              std::string_view reason, std::string_view until,
                              std::optional<std::uint64_t> seen = {}) override;
  Result<hub::ExplainView> explain(const hub::Viewer& viewer, std::string_view left, std::string_view right) override;
  Result<hub::ReviewView> review(const hub::Viewer& viewer, const hub::ReviewQuery& query) override;
  Result<void> decide_link(const hub::Viewer& viewer, std::string_view left, std::string_view right, hub::LinkWord word,
                           std::string_view reason) override;
  Result<hub::HeldBackView> held_back(const hub::Viewer& viewer, std::uint32_t page) override;
  Result<std::string> held_back_file(const hub::Viewer& viewer, Agency agency) override;
  Result<void> mend_held_back(const hub::Viewer& viewer, std::uint64_t entry, std::string_view mended_row) override;
  Result<hub::GovernanceView> governance(const hub::Viewer& viewer) override;
  Result<hub::ConcernsView> concerns(const hub::Viewer& viewer) override;
  Result<std::string> raise_concern(const hub::Viewer& viewer, const hub::NewConcern& told) override;
  Result<hub::SealedView> sealed(const hub::Viewer& viewer) override;
  Result<void> seal_person(const hub::Viewer& viewer, const hub::NewSeal& wanted) override;
  Result<void> unseal(const hub::Viewer& viewer, std::uint64_t number, std::string_view reason) override;
  Result<void> refused(const hub::Viewer& viewer, access::Action action) override;
  Result<hub::LooksAtView> who_looked(const hub::Viewer& viewer, std::string_view person) override;
  Result<hub::UnusualView> unusual_looks(const hub::Viewer& viewer) override;
  Result<hub::RefusedView> refusals(const hub::Viewer& viewer) override;

  Result<hub::ExceptionsView> exceptions(const hub::Viewer& viewer) override;
  Result<void> review_exception(const hub::Viewer& viewer, hub::ExceptionKind what, std::uint64_t number, bool good,
                                std::string_view note) override;
  Result<void> open_in_emergency(const hub::Viewer& viewer, std::string_view person, std::string_view reason) override;
  Result<void> declare_tie(const hub::Viewer& viewer, std::string_view person, std::string_view what) override;
  Result<hub::EvidenceListView> evidence(const hub::Viewer& viewer) override;
  Result<hub::EvidenceView> evidence_of(const hub::Viewer& viewer, std::uint64_t number) override;
  Result<std::uint64_t> ask_for_evidence(const hub::Viewer& viewer, const hub::NewEvidenceRequest& asked) override;
  Result<void> decide_evidence(const hub::Viewer& viewer, std::uint64_t number,
                               const hub::NewEvidenceDecision& decided) override;

  std::vector<access::Action> refusals_entered;  // latest last

 private:
  std::mutex mutex_;
  std::map<std::string, hub::SessionView, std::less<>> sessions_;
  std::uint32_t made_ = 0;
  std::string finding_state_ = "New";
  std::vector<hub::FindingView::Event> history_;
};

}  // namespace wider::web
