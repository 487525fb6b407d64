// Children's social care, laid out as in the Standard Safeguarding Dataset. ISO dates. Only ssd_person names people;
// the other tables refer by person number.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "town/agencies.hpp"

namespace wider::town {
namespace {

constexpr auto layout_index = [](LayoutId id) { return static_cast<std::size_t>(id); };

constexpr std::string_view ethnicity_codes[] = {"WBRI", "WIRI", "APKN", "AIND", "WOTH", "BAFR", "CHNE", "OOTH"};

std::string_view source_words(std::string_view code) {
  switch (code[0]) {
    case '2':
      return "Schools";
    case '3':
      return "Health services";
    case '4':
      return "Housing";
    case '5':
      return "Local authority services";
    case '6':
      return "Police";
    case '1':
      return "Individual";
    default:
      return "Other";
  }
}

std::uint64_t day_key(PersonIndex person, Date day) {
  return (static_cast<std::uint64_t>(person) << 32U) | static_cast<std::uint32_t>(day.days);
}

}  // namespace

void Agencies::enter_in_social_care(PersonIndex child, Date day) {
  if (!knows(Agency::social_care, child)) {
    const Person& person = world_.people[child];
    Room room;
    room.address = false;
    room.nhs_number = true;
    room.index_entry = true;
    const std::string id = number(Agency::social_care, child, true);
    const Written w = clerk_.write(child, day, room, id);
    Row row = output_.begin(LayoutId::ssd_person);
    row.names(child);
    row.cell(id).cell(w.forename).cell(w.surname).cell(w.sex == Sex::female ? "F" : w.sex == Sex::male ? "M" : "U");
    row.cell(w.sex == Sex::female ? "02" : w.sex == Sex::male ? "01" : "00");
    row.cell(random_.below(10) == 0 ? "NOBT" : ethnicity_codes[person.origin]);
    row.cell(to_iso(w.birth_date))
        .cell(w.nhs_number)
        .cell({})
        .cell({})
        .cell(random_.below(12) == 0 ? "Y" : "N")
        .blank(2)
        .cell(to_iso(day));
    output_.finish(row, id, day);

    const auto link = [&](std::string_view type, const std::string& value, bool upn) {
      const std::string link_id = fmt::format("{}-{}", id, upn ? "U" : "N");
      Row line = output_.begin(LayoutId::ssd_linked_identifiers);
      line.names(child);
      line.cell(link_id)
          .cell(id)
          .cell(type)
          .cell(value)
          .cell(to_iso(day))
          .cell({})
          .cell(upn ? "" : value)
          .cell(upn ? value : "");
      output_.finish(line, link_id, day);
    };
    if (random_.below(100) < 55) link("NHS Number", nhs_number_text(person.nhs_body), false);
    if (world_.school_of(child, day) != nobody && random_.below(100) < 60)
      link("Unique Pupil Number", upn_text(world_, child), true);
  }
  social_care_address(child, day);
}

void Agencies::social_care_address(PersonIndex child, Date day) {
  const AddressIndex home = world_.home_of(child, day);
  if (address_in_social_care_[child] == home) return;
  const bool first = address_in_social_care_[child] == nobody;
  if (random_.below(100) < (first ? 30U : 40U)) return;  // not written down this time
  address_in_social_care_[child] = home;
  const std::string person = number(Agency::social_care, child, true);
  const std::string id = fmt::format("{}-A{}", person, home);
  const std::string line = address_text(world_, home);
  const std::string postcode = postcode_text(world_, home);
  std::string squeezed = postcode;
  std::erase(squeezed, ' ');
  Row row = output_.begin(LayoutId::ssd_address);
  row.names(child);
  row.cell(id)
      .cell(fmt::format(R"({{"ROAD": "{}", "TOWN": "Wexbridge", "POSTCODE": "{}"}})", line, postcode))
      .cell(person);
  row.cell("HOME").cell(to_iso(day)).cell({}).cell(squeezed).cell(line).cell(uprn_text(home)).cell(to_iso(day));
  output_.finish(row, id, day);
}

// Name, relationship, birth date, phone and postcode of an adult named beside a child: five cells.
void Agencies::adult_cells(Row& row, const Who& who, std::string_view is, Date day) {
  if (!who.known()) {
    row.blank(5);
    return;
  }
  row.names(who.person);
  if (who.street_name_only) {
    row.cell(street_nicknames()[who.person % street_nicknames().size()]).cell(is).blank(3);
    return;
  }
  Room room;
  room.phone = true;
  room.local_id = false;
  const Written w = clerk_.write(who.person, day, room, {});
  row.cell(w.forename + " " + w.surname).cell(is).cell(to_iso(w.birth_date)).cell(w.phone).cell(w.postcode);
}

void Agencies::contact(PersonIndex child, Date day, std::string_view source, std::string_view outcome,
                       const Seen& seen) {
  enter_in_social_care(child, day);
  const std::string id = next_id(layout_index(LayoutId::ssd_contacts), "C", day);
  Row row = output_.begin(LayoutId::ssd_contacts);
  row.names(child);
  row.cell(id).cell(number(Agency::social_care, child, true)).cell(to_iso(day)).cell(source).cell(source_words(source));
  row.cell(fmt::format(R"({{"NEW_REFERRAL_FLAG": "{}", "NO_ACTION_FLAG": "N"}})", outcome == "Referral" ? "Y" : "N"))
      .cell(outcome);
  adult_cells(row, seen.adult, seen.adult_is, day);
  place_cells(row, seen.place, true);
  vehicle_cells(row, seen.vehicle);
  row.cell(phone_as_written(seen.phone_of));
  row.cell(seen.place.known() || seen.vehicle != nobody ? "Information shared about where the child was seen."
                                                        : "Information shared about the child.");
  output_.finish(row, id, day);
}

bool Agencies::referral(PersonIndex child, Date day, std::string_view source, std::string_view need,
                        bool no_further_action) {
  if (!referral_days_.insert(day_key(child, day)).second) return false;
  enter_in_social_care(child, day);
  const std::string id = next_id(layout_index(LayoutId::ssd_cin_episodes), "R", day);
  Episode episode;
  episode.child = child;
  episode.referred = day;
  episode.source = source;
  episode.need = need;
  episode.close_reason = no_further_action ? "RC8" : "RC7";
  episode.closed = no_further_action ? later(day, 1, 12) : later(day, 40, 420);
  const std::string worker = world_.social_workers[random_.below(world_.social_workers.size())].staff_number;
  const auto write = [&](bool closed, bool again) {
    Row row = output_.begin(LayoutId::ssd_cin_episodes);
    row.names(child);
    row.cell(id)
        .cell(number(Agency::social_care, child, true))
        .cell(to_iso(day))
        .cell(need)
        .cell(source)
        .cell(source_words(source));
    row.cell(fmt::format(R"({{"SINGLE_ASSESSMENT_FLAG": "{}", "NFA_FLAG": "{}"}})", no_further_action ? "N" : "Y",
                         no_further_action ? "Y" : "N"));
    row.cell(no_further_action ? "Y" : "N")
        .cell(closed ? episode.close_reason : "")
        .cell(closed ? to_iso(episode.closed) : "");
    row.cell("Referral and Assessment").cell(worker);
    output_.finish(row, id, closed ? episode.closed : day, again);
  };
  if (no_further_action) {
    write(true, false);
    return true;
  }
  write(false, false);
  follow_up(episode, id);
  write(true, true);  // the same row again, closed
  return true;
}

void Agencies::follow_up(const Episode& opened, const std::string& referral) {
  Episode episode = opened;
  const std::string person = number(Agency::social_care, episode.child, true);
  const std::string worker = world_.social_workers[random_.below(world_.social_workers.size())].staff_number;
  const Date started = later(episode.referred, 1, 5);
  const Date authorised = later(started, 8, 35);
  const std::uint64_t outcome = random_.below(100);
  const std::string assessment = next_id(layout_index(LayoutId::ssd_cin_assessments), "A", started);
  Row row = output_.begin(LayoutId::ssd_cin_assessments);
  row.names(episode.child);
  row.cell(assessment)
      .cell(person)
      .cell(referral)
      .cell(to_iso(started))
      .cell(random_.below(10) == 0 ? "N" : "Y")
      .cell(to_iso(authorised));
  row.cell(fmt::format(R"({{"OUTCOME_PLAN_FLAG": "{}"}})", outcome < 45 ? "Y" : "N"))
      .cell(outcome >= 60 ? "Y" : "N")
      .cell("Assessment")
      .cell(worker);
  output_.finish(row, assessment, authorised);
  if (outcome < 35) {
    episode.plan_from = later(authorised, 1, 10);
    const std::string plan = next_id(layout_index(LayoutId::ssd_cin_plans), "P", episode.plan_from);
    Row line = output_.begin(LayoutId::ssd_cin_plans);
    line.names(episode.child);
    line.cell(plan)
        .cell(referral)
        .cell(person)
        .cell(to_iso(episode.plan_from))
        .cell({})
        .cell("Child in Need")
        .cell(worker);
    output_.finish(line, plan, episode.plan_from);
  } else if (outcome < 47) {
    episode.protection_from = later(authorised, 5, 20);
    constexpr std::string_view categories[] = {"NEG", "EMO", "NEG", "PHY"};
    const std::string_view category = categories[random_.below(4)];
    const std::string plan = next_id(layout_index(LayoutId::ssd_cp_plans), "CP", episode.protection_from);
    Row line = output_.begin(LayoutId::ssd_cp_plans);
    line.names(episode.child);
    line.cell(plan)
        .cell(referral)
        .cell({})
        .cell(person)
        .cell(to_iso(episode.protection_from))
        .cell({})
        .cell("N")
        .cell(category)
        .cell(category);
    output_.finish(line, plan, episode.protection_from);
  }
  episodes_.push_back(episode);
}

void Agencies::missing_episode(PersonIndex child, Date from, Date to, const Seen& found) {
  enter_in_social_care(child, from);
  const std::string id = next_id(layout_index(LayoutId::ssd_missing), "M", from);
  Row row = output_.begin(LayoutId::ssd_missing);
  row.names(child);
  const bool offered = random_.below(100) < 70;
  row.cell(id)
      .cell(number(Agency::social_care, child, true))
      .cell(to_iso(from))
      .cell(random_.below(4) == 0 ? "A" : "M")
      .cell(to_iso(to));
  row.cell(offered ? "Y" : "N").cell(offered && random_.below(2) == 0 ? "Y" : "N");
  place_cells(row, found.place, true);
  row.cell(vehicle_as_written(found.vehicle));
  output_.finish(row, id, to);
}

// The Children in Need census of the year to 31 March: every child with an open episode of need in that year.
void Agencies::census(int year) {
  const Date from = *make_date(year - 1, 4, 1);
  const Date to = *make_date(year, 3, 31);
  std::vector<const Episode*> in_year;
  for (const Episode& episode : episodes_) {
    if (episode.referred <= to && episode.closed >= from) in_year.push_back(&episode);
  }
  if (in_year.empty()) return;
  std::stable_sort(in_year.begin(), in_year.end(), [](const Episode* a, const Episode* b) {
    return std::tie(a->child, a->referred) < std::tie(b->child, b->referred);
  });
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format(
      "<Message>\n  <Header>\n    <CollectionDetails>\n      <Collection>CIN</Collection>\n      <Year>{}</Year>\n"
      "      <ReferenceDate>{}</ReferenceDate>\n    </CollectionDetails>\n    <Source>\n      "
      "<SourceLevel>L</SourceLevel>\n      <LEA>998</LEA>\n"
      "      <SoftwareCode>Fictitious town</SoftwareCode>\n      <Release>1</Release>\n      <SerialNo>1</SerialNo>\n"
      "      <DateTime>{}T09:00:00</DateTime>\n    </Source>\n  </Header>\n  <Children>\n",
      year, to_iso(to), to_iso(*make_date(year, 7, 1)));
  for (std::size_t i = 0; i < in_year.size();) {
    const PersonIndex child = in_year[i]->child;
    const Person& person = world_.people[child];
    const std::string id = social_care_number(child);
    out += fmt::format("    <Child>\n      <ChildIdentifiers>\n        <LAchildID>{}</LAchildID>\n", id);
    if (world_.school_of(child, to) != nobody && mix64(child) % 3 != 0) {
      out += fmt::format("        <UPN>{}</UPN>\n", upn_text(world_, child));
    } else {
      out += "        <UPNunknown>UN1</UPNunknown>\n";
    }
    out += fmt::format(
        "        <PersonBirthDate>{}</PersonBirthDate>\n        <GenderCurrent>{}</GenderCurrent>\n      "
        "</ChildIdentifiers>\n",
        to_iso(person.birth), person.sex == Sex::female ? 2 : 1);
    out +=
        fmt::format("      <ChildCharacteristics>\n        <Ethnicity>{}</Ethnicity>\n      </ChildCharacteristics>\n",
                    mix64(child) % 10 == 0 ? "NOBT" : ethnicity_codes[person.origin]);
    output_.mention(Agency::social_care, fmt::format("census-{}/{}", id, year), child);
    for (; i < in_year.size() && in_year[i]->child == child; ++i) {
      const Episode& episode = *in_year[i];
      out += fmt::format(
          "      <CINdetails>\n        <CINreferralDate>{}</CINreferralDate>\n        "
          "<ReferralSource>{}</ReferralSource>\n"
          "        <PrimaryNeedCode>{}</PrimaryNeedCode>\n",
          to_iso(episode.referred), episode.source, episode.need);
      if (episode.closed <= to) {
        out += fmt::format(
            "        <CINclosureDate>{}</CINclosureDate>\n        <ReasonForClosure>{}</ReasonForClosure>\n",
            to_iso(episode.closed), episode.close_reason);
      }
      if (episode.plan_from.valid() && episode.plan_from <= to) {
        out += fmt::format(
            "        <CINPlanDates>\n          <CINPlanStartDate>{}</CINPlanStartDate>\n        </CINPlanDates>\n",
            to_iso(episode.plan_from));
      }
      out += "        <ReferralNFA>false</ReferralNFA>\n      </CINdetails>\n";
      if (census_referrals_.insert(day_key(child, episode.referred)).second) {
        output_.mention(Agency::social_care, fmt::format("referral-{}/{}", id, to_iso(episode.referred)), child);
      }
    }
    out += "    </Child>\n";
  }
  out += "  </Children>\n</Message>\n";
  output_.whole_file(fmt::format("social-care/cin-census-{}.xml", year), Agency::social_care, "cin",
                     *make_date(year, 7, 31), out);
}

}  // namespace wider::town
