// The agencies' layouts, column by column. mappings/<format>.toml reads each; docs/town.md describes them.
#include "town/output.hpp"

namespace wider::town {
namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view lf = "\n";

constexpr std::array<Layout, layout_count> layouts = {{
    {"ssd-person", Agency::social_care, RecordKind::person, "social-care/ssd_person", ',', Encoding::utf8, lf, 2,
     "pers_person_id|pers_forename|pers_surname|pers_sex|pers_gender|pers_ethnicity|pers_dob|pers_common_child_id|pers_"
     "legacy_id|"
     "pers_upn_unknown|pers_send_flag|pers_expected_dob|pers_death_date|x_created_date"},
    {"ssd-address", Agency::social_care, RecordKind::address, "social-care/ssd_address", ',', Encoding::utf8, lf, 2,
     "addr_table_id|addr_address_json|addr_person_id|addr_address_type|addr_address_start_date|addr_address_end_date|"
     "addr_address_postcode|x_address_line|x_uprn|x_created_date"},
    {"ssd-linked-identifiers", Agency::social_care, RecordKind::identifier, "social-care/ssd_linked_identifiers", ',',
     Encoding::utf8, lf, 2,
     "link_table_id|link_person_id|link_identifier_type|link_identifier_value|link_valid_from_date|link_valid_to_date|"
     "x_nhs_number|x_upn"},
    {"ssd-contacts", Agency::social_care, RecordKind::contact, "social-care/ssd_contacts", ',', Encoding::utf8, lf, 2,
     "cont_contact_id|cont_person_id|cont_contact_date|cont_contact_source_code|cont_contact_source_desc|cont_contact_"
     "outcome_json|"
     "x_outcome|x_adult_named|x_adult_relationship|x_adult_dob|x_adult_phone|x_adult_postcode|x_place|x_place_postcode|"
     "x_place_type|"
     "x_place_uprn|x_vehicle|x_vehicle_description|x_phone|x_summary"},
    {"ssd-cin-episodes", Agency::social_care, RecordKind::referral, "social-care/ssd_cin_episodes", ',', Encoding::utf8,
     lf, 2,
     "cine_referral_id|cine_person_id|cine_referral_date|cine_cin_primary_need_code|cine_referral_source_code|cine_"
     "referral_source_desc|"
     "cine_referral_outcome_json|cine_referral_nfa|cine_close_reason|cine_close_date|cine_referral_team|cine_referral_"
     "worker_id"},
    {"ssd-cin-assessments", Agency::social_care, RecordKind::assessment, "social-care/ssd_cin_assessments", ',',
     Encoding::utf8, lf, 2,
     "cina_assessment_id|cina_person_id|cina_referral_id|cina_assessment_start_date|cina_assessment_child_seen|cina_"
     "assessment_auth_date|"
     "cina_assessment_outcome_json|cina_assessment_outcome_nfa|cina_assessment_team|cina_assessment_worker_id"},
    {"ssd-cin-plans", Agency::social_care, RecordKind::plan, "social-care/ssd_cin_plans", ',', Encoding::utf8, lf, 2,
     "cinp_cin_plan_id|cinp_referral_id|cinp_person_id|cinp_cin_plan_start_date|cinp_cin_plan_end_date|cinp_cin_plan_"
     "team|"
     "cinp_cin_plan_worker_id"},
    {"ssd-cp-plans", Agency::social_care, RecordKind::protection_plan, "social-care/ssd_cp_plans", ',', Encoding::utf8,
     lf, 2,
     "cppl_cp_plan_id|cppl_referral_id|cppl_icpc_id|cppl_person_id|cppl_cp_plan_start_date|cppl_cp_plan_end_date|cppl_"
     "cp_plan_ola|"
     "cppl_cp_plan_initial_category|cppl_cp_plan_latest_category"},
    {"ssd-missing", Agency::social_care, RecordKind::missing, "social-care/ssd_missing", ',', Encoding::utf8, lf, 2,
     "miss_table_id|miss_person_id|miss_missing_episode_start_date|miss_missing_episode_type|miss_missing_episode_end_"
     "date|"
     "miss_missing_rhi_offered|miss_missing_rhi_accepted|x_found_place|x_found_postcode|x_found_type|x_found_uprn|x_"
     "found_vehicle"},
    {"police-crimes", Agency::police, RecordKind::crime, "police/crimes", ',', Encoding::utf8, crlf, 3,
     "CrimeRef|Offence code|Offence group|From date|To date|From time|Recorded date|Location|Location "
     "postcode|Location type|Location UPRN|"
     "V1 nominal|V1 surname|V1 forename|V1 DOB|V1 sex|V1 address|V1 postcode|V1 phone|"
     "V2 nominal|V2 surname|V2 forename|V2 DOB|V2 sex|V2 address|V2 postcode|V2 phone|"
     "S1 nominal|S1 surname|S1 forename|S1 DOB|S1 sex|S1 address|S1 postcode|S1 phone|S1 alias|S1 description|"
     "S2 nominal|S2 surname|S2 forename|S2 DOB|S2 sex|S2 address|S2 postcode|S2 phone|S2 alias|S2 description|"
     "W1 nominal|W1 surname|W1 forename|W1 DOB|W1 sex|W1 address|W1 postcode|W1 phone|"
     "Vehicle VRM|Vehicle description|Disposal|Disposal date|Disposal reason|OIC"},
    {"police-intelligence", Agency::police, RecordKind::intelligence, "police/intelligence", ',', Encoding::utf8, crlf,
     3,
     "Report no|Date of event|Date submitted|Grading|Report|"
     "Sub1 nominal|Sub1 surname|Sub1 forename|Sub1 DOB|Sub1 address|Sub1 postcode|Sub1 alias|Sub1 description|"
     "Sub2 nominal|Sub2 surname|Sub2 forename|Sub2 DOB|Sub2 address|Sub2 postcode|Sub2 alias|Sub2 description|"
     "Location|Location postcode|Location type|Location UPRN|VRM|Vehicle|Telephone|Officer"},
    {"police-missing", Agency::police, RecordKind::missing, "police/missing", '|', Encoding::utf8, crlf, 3,
     "Misper ref|Nominal|Surname|Forename|DOB|Sex|Address|Postcode|Last seen|Last seen time|Returned|Reported|Risk|"
     "Found at|Found postcode|Found type|Found UPRN|With surname|With forename|With DOB|With nominal|With "
     "postcode|With alias|With description|"
     "Vehicle|Vehicle description|Telephone|Officer no|Officer name"},
    {"police-stops", Agency::police, RecordKind::stop, "police/stops", ',', Encoding::utf8, crlf, 3,
     "Stop no|Date|Time|Location|Location postcode|Location type|VRM|Vehicle|"
     "P1 role|P1 name|P1 DOB|P1 sex|P1 address|P1 postcode|P1 nominal|P2 role|P2 name|P2 DOB|P2 sex|P2 address|P2 "
     "postcode|P2 nominal|"
     "P3 role|P3 name|P3 DOB|P3 sex|P3 address|P3 postcode|P3 nominal|P4 role|P4 name|P4 DOB|P4 sex|P4 address|P4 "
     "postcode|P4 nominal|"
     "Reason|Officer"},
    {"police-vehicles", Agency::police, RecordKind::vehicle, "police/vehicles", ',', Encoding::utf8, crlf, 3,
     "Ref|VRM|Vehicle|Keeper nominal|Keeper surname|Keeper forename|Keeper DOB|Keeper address|Keeper postcode|Keeper "
     "from|Checked"},
    {"police-phones", Agency::police, RecordKind::phone, "police/phones", ',', Encoding::utf8, crlf, 3,
     "Ref|Number|User nominal|User surname|User forename|User DOB|User address|User postcode|User alias|User "
     "description|Recorded|Source"},
    {"health-emergency", Agency::health, RecordKind::attendance, "health/emergency", ',', Encoding::utf8, lf, 6,
     "AttendanceId|Arrived|HospitalNumber|NHSNumber|Forename|Surname|DateOfBirth|Gender|Address|Postcode|Telephone|"
     "School|SchoolPostcode|"
     "ComplaintCode|Outcome|AccompaniedBy|Relationship|AccompaniedTelephone|AccompaniedPostcode|AccompaniedDateOfBirth|"
     "IncidentPlace|"
     "IncidentPostcode|IncidentPlaceType|IncidentUPRN|BroughtByVehicle|VehicleDescription|BroughtByPhone"},
    {"health-sexual-health", Agency::health, RecordKind::sexual_health, "health/sexual-health", ',', Encoding::utf8, lf,
     6, "ContactId|ContactDate|ClientNumber|NHSNumber|Forename|Surname|DateOfBirth|Gender|Postcode|ServiceCode"},
    {"health-school-nurse", Agency::health, RecordKind::school_nurse, "health/school-nurse", ',', Encoding::utf8, lf, 6,
     "ContactId|ContactDate|ClientNumber|NHSNumber|Forename|Surname|DateOfBirth|Gender|Address|Postcode|School|"
     "SchoolPostcode|ReasonCode"},
    {"education-absence", Agency::education, RecordKind::absence, "education/absence", ',', Encoding::utf8_with_mark,
     crlf, 4,
     "Record|Pupil no|UPN|Legal surname|Forename|DOB|Gender|Address|Post code|Year group|School|School post "
     "code|From|To|Sessions|Code"},
    {"education-concerns", Agency::education, RecordKind::concern, "education/concerns", ',', Encoding::utf8_with_mark,
     crlf, 4,
     "Concern|Raised|Pupil no|UPN|Legal surname|Forename|DOB|Gender|Address|Post code|School|School post code|Category|"
     "Adult named|Adult is|Adult DOB|Adult phone|Adult post code|Place|Place post code|Place type|Place UPRN|Vehicle "
     "seen|Vehicle description|"
     "Phone number|Staff no|Staff name|Outcome|Note"},
    {"licensing-drivers", Agency::licensing, RecordKind::driver, "licensing/drivers", ';', Encoding::windows_1252, crlf,
     10,
     "Licence no|Holder no|Surname|Forename|Date of "
     "birth|Address|Postcode|Mobile|Granted|Expires|Plate|Registration|Vehicle|Operator|Status"},
    {"licensing-premises", Agency::licensing, RecordKind::premises, "licensing/premises", ';', Encoding::windows_1252,
     crlf, 10,
     "Licence no|Premises name|Premises address|Premises postcode|Premises UPRN|Type|Holder no|Surname|Forename|Date "
     "of birth|Address|Postcode|"
     "Granted|Expires"},
    {"prosecution-decisions", Agency::prosecution, RecordKind::charging_decision, "prosecution/decisions", '\t',
     Encoding::utf8, lf, 8,
     "URN|Crime reference|Date received|Date of decision|Suspect surname|Suspect forename|Suspect DOB|Suspect "
     "sex|Suspect address|Suspect postcode|"
     "Suspect id|Victim surname|Victim forename|Victim DOB|Victim sex|Victim address|Victim postcode|Victim "
     "id|Offence|Decision|Reason code"},
}};

}  // namespace

const Layout& layout_of(LayoutId id) {
  return layouts[static_cast<std::size_t>(id)];
}

}  // namespace wider::town
