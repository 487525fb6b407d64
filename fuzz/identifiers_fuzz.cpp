// Identifiers as agencies write them: a normal form is its own normal form, and says no more than the text did. The
// same for the normal forms by which linkage, picture and search compare texts.
#include <string_view>

#include "base/check.hpp"
#include "base/identifiers.hpp"
#include "base/utf8.hpp"
#include "hub/search.hpp"
#include "linkage/text.hpp"
#include "picture/normal_form.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)upn_valid(text);
  (void)registration_plausible(text);
  for (auto* normal : {&normal_nhs_number, &normal_upn, &normal_uprn, &normal_registration, &picture::normal_phone,
                       &picture::normal_postcode, &linkage::fold_tight, &linkage::fold}) {
    const std::string form = normal(text);
    CHECK(normal(form) == form);
  }
  // A plate whose letters are all O and I has none left in its normal form.
  const std::string plate = picture::normal_registration(text);
  const std::string plate_again = picture::normal_registration(plate);
  CHECK(plate_again == plate || (plate_again.empty() && plate.find_first_not_of("0123456789") == std::string::npos));
  if (nhs_number_valid(text)) CHECK(normal_nhs_number(text).size() == 10 && nhs_number_valid(normal_nhs_number(text)));
  if (uprn_plausible(text)) CHECK(!normal_uprn(text).empty() && normal_uprn(text).size() <= 12);
  const std::string folded = linkage::fold(text);
  for (const std::string_view word : linkage::words(folded)) {
    CHECK(!word.empty() && word.find(' ') == std::string_view::npos);
    CHECK(!linkage::fullest_form(word).empty());
    (void)linkage::sound_key(word);
    (void)linkage::groups_of(word);
    (void)linkage::is_title(word);
  }
  (void)linkage::fold_address(text);
  (void)linkage::fold_phone(text);
  (void)picture::address_parts(text);
  const std::string plain = picture::plain_words(text);
  CHECK(picture::plain_words(plain) == plain);
  if (valid_utf8(text)) CHECK(valid_utf8(folded) && valid_utf8(plain) && valid_utf8(hub::fold(text)));
  return 0;
}
