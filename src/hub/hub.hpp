// Hub: the one place where everything meets. command → access → ledger → projection → notices.
//
// Invariants: nothing is answered from the projection to a person without an entry in the ledger first (invariant 3);
// what the machine concludes is only in the projection, never an entry; a projection is never changed once it is
// published. Thread safety: every member may be called from any thread; settle() and take_in() run one at a time.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <span>
#include <string>
#include <vector>

#include "hub/account.hpp"
#include "hub/as_at.hpp"
#include "hub/duties.hpp"
#include "hub/finding_state.hpp"
#include "hub/guessing.hpp"
#include "hub/keeping_and_erasing.hpp"
#include "hub/outside_sign_ins.hpp"
#include "hub/pages.hpp"
#include "hub/projection.hpp"
#include "hub/prosecution.hpp"
#include "hub/review_queue.hpp"
#include "hub/sessions.hpp"
#include "hub/settling.hpp"
#include "hub/taking_in.hpp"
#include "ledger/ledger.hpp"
#include "oidc/provider.hpp"

namespace wider::hub {

struct NewAccount {
  std::string username;
  std::string name;
  std::string password;
  access::UserRole role = access::UserRole::social_worker;
  Agency agency = Agency::social_care;
  bool first_password = false;  // to be changed at the first sign-in
  std::string outside_name = {};
  bool outside_only = false;
};

inline constexpr std::size_t longest_username = 100;

// usage: too short, too plain, or with the user name in it.
[[nodiscard]] Result<void> good_password(std::string_view password, std::string_view username);
[[nodiscard]] std::string random_password();  // to be read out and then changed

// The OS user who runs a command, and why: a read on the command line leaves its entry too.
struct Operator {
  std::string user;
  std::string purpose = "administration";
};

class Hub final : public Pages {
 public:
  // A new, empty hub in a folder that does not exist yet or is empty (with PostgreSQL: and in a database without one).
  static Result<std::unique_ptr<Hub>> create(const ledger::Place& place, bool simulated);
  // locked: another process serves it (ask it through H/control.sock). not_found, corrupt.
  static Result<std::unique_ptr<Hub>> open(const ledger::Place& place);

  // Work in progress (a taking in, a settling) ends with an error at its next step, and so does any that comes: the
  // process is about to end.
  void stop_work() { stop_work_.request_stop(); }
  // Reads files in; the projection is not settled yet.
  Result<IntakeReport> take_in(const std::vector<Submission>& submissions, const IntakeProgress& progress);
  // Brings the projection up to the ledger (from the snapshot where there is one) and publishes it; writes a new
  // snapshot.
  Result<std::vector<StageTime>> settle(const SettleOptions& options);
  // Whether entries have come in that the published projection does not know.
  [[nodiscard]] bool behind() const;
  // Whether any entry after `sequence` changes what pages show (looks and searches do not).
  [[nodiscard]] bool has_news_after(std::uint64_t sequence);
  // The published projection; never null after settle().
  [[nodiscard]] std::shared_ptr<const Projection> projection() const;

  // By the operator of a command, whose OS user is kept with the change. already_there: the user name is taken.
  Result<void> add_account(const NewAccount& account, std::string_view operator_name = "");
  Result<void> close_account(std::string_view username, std::string_view operator_name = "");  // not_found
  Result<std::vector<Account>> accounts_now();  // of the ledger, not of the projection
  Result<void> record_operator_read(const Operator& who, std::string_view what);
  Result<void> decide_link(const LinkDecision& decision, const Operator& who);
  // People are concluded with this model from the next settling on; "": one learnt from what the hub holds now.
  // malformed: it is no model.
  Result<void> adopt_model(std::string_view model, const Operator& who);
  // Who may see what is decided by this from now on: when it returns, nothing is answered by the one before.
  // malformed: it is none, or would show what may never be shown; `file` stands in the message.
  Result<void> adopt_policy(std::string_view policy, std::string_view file, const Operator& who);
  // Erasure, legal hold and retention (hub_erasing.cpp), settled first. denied: who asks is no governance officer, or a
  // hold lies on it; then nothing is done. usage, not_found.
  Result<EraseReport> erase(const EraseWish& wish, const Officer& who);
  Result<std::uint64_t> place_hold(const HoldWish& wish, const Officer& who);  // the hold's number
  Result<void> lift_hold(std::uint64_t number, const Officer& who);
  Result<std::vector<HoldLine>> holds(const Operator& who);
  Result<DueReport> retention_due(std::optional<Date> on, const Operator& who);  // none: today
  Result<EraseReport> approve_disposal(const std::vector<std::string>& records, const Officer& who);
  Result<void> keep_records(const std::vector<std::string>& records, Date until, const Officer& who);
  // hub/prosecution.hpp: nothing is gathered before the entry that says who asked and why. denied, usage, not_found.
  Result<ProsecutionMaterial> material_for_prosecution(const ProsecutionWish& wish, const Officer& who);

  // New keys while everything goes on: see ledger::Ledger::rotate_keys. The entry comes first.
  Result<ledger::KeyReport> rotate_keys(const ledger::Rotation& rotation, std::string_view operator_name);

  Result<std::vector<HeldBackLine>> held_back_rows();
  Result<std::vector<std::uint64_t>> held_back_entries();  // sequences of those that wait
  Result<std::vector<HeldBackLine>> held_back_lines(std::span<const std::uint64_t> entries);
  // usage, not_found: there is no such row, or it was mended before.
  Result<IntakeReport> mend(const HeldBackMend& mend);

  [[nodiscard]] ledger::Ledger& ledger() { return *ledger_; }
  // Where the snapshot, the control socket and the lock are.
  [[nodiscard]] const std::filesystem::path& folder() const { return place_.folder; }
  [[nodiscard]] const ledger::Place& place() const { return place_; }
  // The adopted linkage model of the projection, parsed once for each version.
  [[nodiscard]] linkage::ModelPtr model_of(const Projection& projection) const;
  // "Today" for clocks and ages: the system's day, or in a simulated hub the day of the latest delivery.
  [[nodiscard]] Instant now() const;
  [[nodiscard]] Instant now_of(const Projection& projection) const;

  // Pages
  Result<SignIn> sign_in(const SignInTry& attempt) override;
  Result<SignIn> sign_in(std::string_view username, std::string_view password) {
    return sign_in(SignInTry{username, password, {}, {}, {}});
  }
  Result<SignIn> finish_sign_in(std::string_view pending, std::string_view code, std::string_view address,
                                std::string_view device) override;
  // The partnership's sign-in service; before anybody signs in.
  void use_provider(std::unique_ptr<oidc::Provider> provider) { provider_ = std::move(provider); }
  std::string outside_service() override;
  Result<OutsideStart> begin_outside(std::string_view address, std::string_view next) override;
  Result<SignIn> finish_outside(const OutsideAnswer& answer) override;
  Result<SessionView> session(std::string_view token) override;
  void sign_out(std::string_view token) override;
  Result<void> choose_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference) override;
  Result<AccountView> my_account(const Viewer& viewer) override;
  Result<void> change_password(std::string_view token, std::string_view old_one, std::string_view new_one) override;
  Result<CodeSecret> start_second_factor(std::string_view token) override;
  Result<std::vector<std::string>> confirm_second_factor(std::string_view token, std::string_view password,
                                                         std::string_view code) override;
  Result<std::string> make_token(std::string_view session, const NewToken& wanted) override;
  Result<void> close_token(std::string_view session, std::size_t number) override;
  Result<std::vector<PeopleLine>> people(const Viewer& viewer) override;
  Result<std::string> add_person(const Viewer& viewer, std::string_view username, std::string_view name,
                                 const PeopleChange& change) override;
  Result<void> change_person(const Viewer& viewer, const PeopleChange& change) override;
  Result<void> close_person(const Viewer& viewer, std::uint32_t number, std::string_view reason) override;
  Result<std::string> reset_person(const Viewer& viewer, std::uint32_t number, std::string_view reason) override;

  Readiness readiness() override;
  PageFrame frame(const Viewer& viewer) override;
  Result<HomeView> home(const Viewer& viewer) override;
  Result<SearchView> search(const Viewer& viewer, std::string_view query) override;
  Result<PersonView> person(const Viewer& viewer, std::string_view person, const PersonQuery& query) override;
  Result<FindingsView> findings(const Viewer& viewer, const FindingsQuery& query) override;
  Result<FindingView> finding(const Viewer& viewer, std::string_view id) override;
  Result<void> act_on_finding(const Viewer& viewer, std::string_view id, FindingAction action, std::string_view reason,
                              std::string_view until, std::optional<std::uint64_t> seen = {}) override;
  Result<ExplainView> explain(const Viewer& viewer, std::string_view left_mention,
                              std::string_view right_mention) override;
  Result<ReviewView> review(const Viewer& viewer, const ReviewQuery& query) override;
  Result<void> decide_link(const Viewer& viewer, std::string_view left_mention, std::string_view right_mention,
                           LinkWord word, std::string_view reason) override;
  Result<HeldBackView> held_back(const Viewer& viewer, std::uint32_t page) override;
  Result<std::string> held_back_file(const Viewer& viewer, Agency agency) override;
  Result<void> mend_held_back(const Viewer& viewer, std::uint64_t entry, std::string_view mended_row) override;
  Result<GovernanceView> governance(const Viewer& viewer) override;
  Result<ConcernsView> concerns(const Viewer& viewer) override;
  Result<std::string> raise_concern(const Viewer& viewer, const NewConcern& told) override;
  Result<SealedView> sealed(const Viewer& viewer) override;
  Result<void> seal_person(const Viewer& viewer, const NewSeal& wanted) override;
  Result<void> unseal(const Viewer& viewer, std::uint64_t number, std::string_view reason) override;
  Result<void> refused(const Viewer& viewer, access::Action action) override;
  Result<LooksAtView> who_looked(const Viewer& viewer, std::string_view person) override;
  Result<UnusualView> unusual_looks(const Viewer& viewer) override;
  Result<RefusedView> refusals(const Viewer& viewer) override;
  Result<ExceptionsView> exceptions(const Viewer& viewer) override;
  Result<void> review_exception(const Viewer& viewer, ExceptionKind what, std::uint64_t number, bool good,
                                std::string_view note) override;
  Result<void> open_in_emergency(const Viewer& viewer, std::string_view person, std::string_view reason) override;
  Result<void> declare_tie(const Viewer& viewer, std::string_view person, std::string_view what) override;
  Result<EvidenceListView> evidence(const Viewer& viewer) override;
  Result<EvidenceView> evidence_of(const Viewer& viewer, std::uint64_t number) override;
  Result<std::uint64_t> ask_for_evidence(const Viewer& viewer, const NewEvidenceRequest& asked) override;
  Result<void> decide_evidence(const Viewer& viewer, std::uint64_t number, const NewEvidenceDecision& decided) override;

 private:
  explicit Hub(ledger::Place place, std::unique_ptr<ledger::Ledger> ledger);
  // Role first, then a purpose, then the entry, then the answer: the one door every page goes through.
  Result<void> admit(const Viewer& viewer, access::Action action, ledger::EntryKind kind, std::string_view what);
  // Its first half, for what leaves an entry of its own. A refusal is an entry too, before it is told; to be asked for
  // a purpose is none.
  Result<void> allow(const Viewer& viewer, access::Action action, std::string_view what);
  Result<void> refusal(const Viewer& viewer, std::string_view what);  // never a value
  // From the latest entry of the kinds back, at most `most` of them; `visit` says whether to go on. True: there are
  // more.
  Result<bool> each_back(std::initializer_list<ledger::EntryKind> kinds, std::size_t most,
                         const std::function<bool(const ledger::Entry&)>& visit);
  // What people said about who may see whom (hub_trust.cpp), and the viewer as it places them among a picture's
  // records.
  void load_trust(const Facts& facts);
  [[nodiscard]] std::shared_ptr<const access::Policy> policy_now() const;  // null: the shipped one
  [[nodiscard]] std::shared_ptr<const TrustBook> trust() const;
  Result<std::uint64_t> write_trust(const Viewer& viewer, ledger::EntryKind kind, std::string body);
  [[nodiscard]] Viewer placed(const Viewer& asking, const Projection& projection) const;
  [[nodiscard]] Viewer placed(const Viewer& asking, const Projection& projection, const Projection& today) const;
  Result<PersonId> person_to_act_on(const Viewer& asking, std::string_view person);
  Result<EvidenceView::Item> evidence_item(const Projection& projection, RecordIndex index, bool in_full);
  [[nodiscard]] std::vector<FindingEvent> all_events() const;
  [[nodiscard]] std::vector<Concern> concerns_now() const;  // also those raised since the projection was made
  Result<std::string> officer(const Officer& who);          // the name that stands in the entry
  Result<std::vector<Hold>> holds_now();
  Result<std::vector<RecordIndex>> due_records(const std::vector<std::string>& records);
  Result<EraseReport> erase_entries(std::map<std::uint64_t, std::uint32_t> entries, const Officer& who,
                                    const std::string& officer, std::string_view why);
  Result<void> write_seal(const Viewer& viewer, ledger::EntryKind kind, std::string body);
  Result<void> hold_from(std::uint64_t entry);  // nothing is answered until the picture is of that entry
  // The duties as at today, made once for a projection and a day.
  std::shared_ptr<const DutyBook> duties_of(const std::shared_ptr<const Projection>& projection);
  std::shared_ptr<const DutyBook> duties_today() { return duties_of(projection()); }
  [[nodiscard]] FindingStates states_now() const;
  // What stands about links, also what was said since the projection was made, and the notices of it.
  struct Words {
    std::vector<LinkDecision> standing;
    std::vector<NoticeEntry> notices;
  };
  [[nodiscard]] Words words_now(const Projection& projection) const;
  Result<void> say(const Projection& projection, LinkDecision word, const ledger::Ref& actor);
  std::shared_ptr<const ReviewBook> reviews_of(const std::shared_ptr<const Projection>& projection);
  [[nodiscard]] FindingStates states_on(Date day) const;  // as they stood at the end of that day
  [[nodiscard]] ledger::Ref reference_of(std::uint32_t account) const;
  [[nodiscard]] ledger::NewEntry small_entry(ledger::EntryKind kind, const ledger::Ref& actor, std::string body) const;
  // The sequence of the entry.
  Result<std::uint64_t> append_small(ledger::EntryKind kind, const ledger::Ref& actor, std::string body,
                                     const ledger::Ref& purpose = {});
  Result<void> append_only(ledger::EntryKind kind, const ledger::Ref& actor, std::string body,
                           const ledger::Ref& purpose = {});  // where nobody asks for it

  // Signing in (hub_sign_in.cpp) and accounts (hub_accounts.cpp).
  Result<void> load_accounts();
  // The account's entry and, with a reason, the one that says why; then it holds.
  Result<void> write_account(const Account& account, const ledger::Ref& actor, std::string_view reason);
  Result<Account> account_of_session(std::string_view token, bool with_first_password = false);
  Result<void> ask_password_again(const Account& asking, std::string_view password);
  [[nodiscard]] Result<Account> still(const Account& asking) const;
  Result<Account> account_to_change(const Viewer& viewer, std::uint32_t number, std::string_view reason);
  Result<void> add_account(const NewAccount& wanted, const ledger::Ref& actor, std::string_view reason);
  Result<bool> right_password(const std::string& hash, std::string_view password);  // unavailable: too many at once
  Result<bool> take_code(const Account& account, std::string_view code);            // and uses it up
  Result<SignIn> let_in(const Account& account, std::string_view how, bool outside);
  Result<SignIn> let_in_from_outside(const oidc::Claims& claims, std::string_view next);
  // outside: the name at the sign-in service, where it is known.
  Result<void> refuse_sign_in(std::string_view username, std::string_view why, std::string_view outside = "");
  static std::uint64_t step_now();
  [[nodiscard]] std::string device_mark(std::string_view username) const;
  // Which browser the mark is of; "" when it is not one of this name.
  [[nodiscard]] std::string device_of(std::string_view username, std::string_view mark) const;

  ledger::Place place_;
  std::unique_ptr<ledger::Ledger> ledger_;
  Sessions sessions_;
  Accounts accounts_;
  Guessing guessing_;
  std::unique_ptr<oidc::Provider> provider_;  // null: the partnership has none
  OutsideSignIns outside_;
  std::mutex accounts_mutex_;  // one change of accounts at a time
  std::counting_semaphore<> hashing_or_waiting_{4};
  std::counting_semaphore<> hashing_{2};               // Argon2id takes memory and a processor: few at once
  std::mutex steps_mutex_;                             // guards the two below
  std::map<std::uint32_t, std::uint64_t> used_steps_;  // of one-time codes, by account
  std::uint64_t first_step_ = step_now() + 1;          // codes of what came before are not known to be unused
  mutable std::mutex publish_mutex_;                   // guards projection_
  std::shared_ptr<const Projection> projection_;
  std::stop_source stop_work_;
  std::atomic<bool> could_write_{true};  // the last small entry
  std::mutex work_mutex_;                // one settle or intake at a time
  std::mutex erasing_mutex_;             // one erasure, hold or disposal at a time, before work_mutex_
  std::unique_ptr<Known> known_;         // built at the first intake
  mutable std::mutex trust_mutex_;       // guards trust_
  std::shared_ptr<const TrustBook> trust_;
  std::mutex
      acting_mutex_;  // held from looking at what stands until what is said to it is entered; taken before others
  mutable std::mutex events_mutex_;  // guards what people did since the projection was made
  std::vector<std::pair<std::uint64_t, Concern>> recent_concerns_;  // likewise
  std::atomic<std::uint64_t> sealed_through_{0};  // nothing is answered from a projection that ends before this entry
  std::vector<std::pair<std::uint64_t, FindingEvent>> recent_events_;  // with the entry's sequence
  std::vector<std::pair<std::uint64_t, LinkDecision>> recent_words_;   // likewise
  std::vector<std::pair<std::uint64_t, NoticeEntry>> recent_notices_;  // likewise
  std::mutex reviews_mutex_;                                           // guards the three below
  std::shared_ptr<const ReviewBook> reviews_;
  std::shared_ptr<const Projection> reviews_of_;
  Date reviews_on_;
  std::mutex duties_mutex_;  // guards the three below
  std::shared_ptr<const DutyBook> duties_;
  std::shared_ptr<const Projection> duties_of_;
  Date duties_on_;
  PastPictures past_;
  mutable std::mutex model_mutex_;  // guards the two below
  mutable std::string model_text_;
  mutable linkage::ModelPtr model_;
};

// The system's clock: by which sessions, openings in an emergency and looks go, also in a simulated hub.
[[nodiscard]] Instant system_now();
[[nodiscard]] std::string day_and_time(Instant instant);  // "3 March 2009, 10:40pm"
// "P123" ↔ PersonId.
[[nodiscard]] std::string person_text(PersonId person);
[[nodiscard]] std::optional<PersonId> person_of_text(std::string_view text);
// "police/crime-C1#2" → the mention; nullopt when there is none.
[[nodiscard]] std::optional<MentionIndex> mention_of_text(const Holdings& holdings, std::string_view text);
[[nodiscard]] std::string mention_text(const Holdings& holdings, MentionIndex mention);

}  // namespace wider::hub
