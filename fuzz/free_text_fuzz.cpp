// Free text under the shipped language terms, and under redaction: hints lie within the text and do not overlap, and
// what is redacted leaves nothing to redact.
#include <fstream>
#include <sstream>
#include <string_view>

#include "base/check.hpp"
#include "base/utf8.hpp"
#include "practice/practice.hpp"
#include "review/review.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  static const std::vector<practice::LanguageTerm> terms = [] {
    std::ifstream file(WIDER_SOURCE_DIR "/rules/language_terms.toml");
    std::stringstream toml;
    toml << file.rdbuf();
    return practice::parse_language_terms(toml.str()).value();
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t after = 0;
  for (const practice::LanguageHint& hint : practice::check_language(text, terms, 14)) {
    CHECK(hint.offset >= after && hint.length > 0 && hint.offset + hint.length <= text.size());
    CHECK(text.substr(hint.offset, hint.length) == hint.phrase);
    after = hint.offset + hint.length;
  }
  static const std::vector<review::Alias> aliases = {{"Amy Smith", "Child A"}, {"Dean Jones", "Adult B"}};
  const std::string redacted = review::redact_names(text, aliases);
  CHECK(review::redact_names(redacted, aliases) == redacted);
  if (valid_utf8(text)) CHECK(valid_utf8(redacted) && valid_utf8(review::initials(text)));
  return 0;
}
