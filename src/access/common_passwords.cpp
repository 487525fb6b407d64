#include "access/common_passwords.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace wider::access {
namespace {

// What must be left of a password when common things are taken away.
constexpr std::size_t fewest_left = 4;

// Words that stand at the front of every published list, chosen by us; longer ones first are found first.
constexpr std::string_view common_words[] = {
    "password",     "passwort",   "passcode",   "passphrase",   "pass",
    "pwd",          "secret",     "letmein",    "welcome",      "login",
    "logon",        "signin",     "access",     "admin",        "administrator",
    "root",         "user",       "username",   "guest",        "test",
    "testing",      "temp",       "temporary",  "default",      "changeme",
    "change",       "master",     "super",      "superman",     "batman",
    "spiderman",    "pokemon",    "naruto",     "starwars",     "minecraft",
    "iloveyou",     "loveyou",    "lovely",     "love",         "lover",
    "forever",      "princess",   "prince",     "queen",        "king",
    "angel",        "baby",       "babygirl",   "sweet",        "sweetheart",
    "honey",        "friend",     "friends",    "family",       "mother",
    "father",       "mummy",      "daddy",      "brother",      "sister",
    "monkey",       "dragon",     "tiger",      "lion",         "horse",
    "chicken",      "butterfly",  "dolphin",    "rabbit",       "puppy",
    "kitten",       "kitty",      "charlie",    "buster",       "shadow",
    "sunshine",     "sunflower",  "flower",     "rainbow",      "summer",
    "winter",       "spring",     "autumn",     "monday",       "tuesday",
    "wednesday",    "thursday",   "friday",     "saturday",     "sunday",
    "january",      "february",   "march",      "april",        "june",
    "july",         "august",     "september",  "october",      "november",
    "december",     "football",   "soccer",     "cricket",      "rugby",
    "baseball",     "basketball", "hockey",     "golfer",       "arsenal",
    "chelsea",      "liverpool",  "everton",    "manchester",   "united",
    "tottenham",    "newcastle",  "sunderland", "leeds",        "celtic",
    "rangers",      "barcelona",  "england",    "scotland",     "ireland",
    "wales",        "britain",    "london",     "birmingham",   "bristol",
    "michael",      "matthew",    "daniel",     "andrew",       "joshua",
    "anthony",      "robert",     "thomas",     "william",      "james",
    "john",         "david",      "george",     "richard",      "christopher",
    "christian",    "alexander",  "alexandra",  "benjamin",     "samuel",
    "jordan",       "ashley",     "jessica",    "jennifer",     "michelle",
    "nicole",       "amanda",     "samantha",   "elizabeth",    "victoria",
    "stephanie",    "charlotte",  "olivia",     "sophie",       "emma",
    "hannah",       "hello",      "hellothere", "goodbye",      "whatever",
    "nothing",      "something",  "trustno",    "freedom",      "internet",
    "computer",     "windows",    "google",     "facebook",     "samsung",
    "microsoft",    "apple",      "mustang",    "ferrari",      "mercedes",
    "porsche",      "harley",     "yamaha",     "chocolate",    "cookie",
    "cheese",       "banana",     "orange",     "pepper",       "ginger",
    "purple",       "yellow",     "silver",     "golden",       "black",
    "white",        "green",      "blue",       "killer",       "ninja",
    "warrior",      "hunter",     "matrix",     "money",        "lucky",
    "happy",        "smile",      "music",      "guitar",       "dancer",
    "player",       "jesus",      "christ",     "blessed",      "heaven",
    "unbelievable", "qwerty",     "azerty",     "asdf",         "zxcv",
    "council",      "social",     "worker",     "police",       "nurse",
    "school",       "children",   "child",      "safeguarding", "picture",
    "wider",        "my",         "the",        "is",           "and",
    "you",          "me",         "for",        "one",          "two",
    "three",        "new",        "old",        "this",         "that",
    "our",          "your",       "not",        "no",           "an",
    "it",           "to"};

// Rows of keys and of the alphabet: a piece of one, forwards or back, is a run.
constexpr std::string_view rows[] = {"abcdefghijklmnopqrstuvwxyz",
                                     "01234567890",
                                     "qwertyuiop",
                                     "asdfghjkl",
                                     "zxcvbnm",
                                     "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
                                     "qazwsxedcrfvtgbyhnujmikolp",
                                     "1q2w3e4r5t6y7u8i9o0p",
                                     "q1w2e3r4t5y6u7i8o9p0",
                                     "zaq1xsw2cde3vfr4bgt5nhy6mju7",
                                     "!@#$%^&*()",
                                     "qwertzuiop",
                                     "azertyuiop"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string in_lower_case(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), lower);
  return made;
}

// The letter that a digit or sign is written for ("p4ssw0rd").
std::string without_swaps(std::string text) {
  constexpr std::string_view swapped = "04@31!|$57+8";
  constexpr std::string_view meant = "oaaeiiissttb";
  static_assert(swapped.size() == meant.size());
  for (char& c : text) {
    if (const std::size_t at = swapped.find(c); at != std::string_view::npos) c = meant[at];
  }
  return text;
}

// The longest piece of a row, forwards or back, that begins here; at least three.
std::size_t run_at(std::string_view text) {
  std::size_t longest = 0;
  for (const std::string_view row : rows) {
    const std::string back(row.rbegin(), row.rend());
    for (const std::string_view one : {row, std::string_view(back)}) {
      for (std::size_t from = 0; from < one.size(); ++from) {
        std::size_t length = 0;
        while (from + length < one.size() && length < text.size() && one[from + length] == text[length]) ++length;
        longest = std::max(longest, length);
      }
    }
  }
  return longest >= 3 ? longest : 0;
}

std::size_t word_at(std::string_view text) {
  std::size_t longest = 0;
  for (const std::string_view word : common_words) {
    if (text.starts_with(word)) longest = std::max(longest, word.size());
  }
  return longest;
}

// The same piece again and again, from its first repetition on: "abcabcabc" is "abc".
std::size_t repeated_at(std::string_view text) {
  for (std::size_t piece = 1; piece <= text.size() / 2; ++piece) {
    std::size_t length = piece;
    while (length < text.size() && text[length] == text[length - piece]) ++length;
    if (length >= 2 * piece && (piece > 1 || length >= 3)) return length - piece;
  }
  return 0;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// How many letters are left, at best, without common things; digits and signs count for nothing.
std::size_t left_of(std::string_view text) {
  std::vector<std::size_t> fewest(text.size() + 1, 0);  // of what begins at each place
  for (std::size_t at = text.size(); at-- > 0;) {
    const std::string_view rest = text.substr(at);
    fewest[at] = fewest[at + 1] + (is_letter(text[at]) ? 1 : 0);
    for (const std::size_t taken : {run_at(rest), word_at(rest), repeated_at(rest)}) {
      if (taken > 0) fewest[at] = std::min(fewest[at], fewest[at + taken]);
    }
  }
  return fewest.front();
}

}  // namespace

bool is_common_password(std::string_view password) {
  constexpr std::size_t longest = 64;  // who writes more has not written what everybody writes
  if (password.size() > longest) return false;
  const std::string plain = in_lower_case(password);
  // Three different words with spaces between them are a sentence, of which there are too many to try.
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t end = std::min(plain.find(' ', at), plain.size());
    if (end > at) words.push_back(std::string_view(plain).substr(at, end - at));
    at = end + 1;
  }
  std::ranges::sort(words);
  if (std::unique(words.begin(), words.end()) - words.begin() >= 3) return false;
  return std::min(left_of(plain), left_of(without_swaps(plain))) < fewest_left;
}

bool holds_name(std::string_view password, std::string_view name) {
  constexpr std::size_t shortest = 4;
  const std::string plain = in_lower_case(password);
  const std::string meant = without_swaps(plain);
  const std::string words = in_lower_case(name);
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find_first_of(" -'.,", at), words.size());
    const std::string_view word = std::string_view(words).substr(at, end - at);
    if (word.size() >= shortest && (plain.find(word) != std::string::npos || meant.find(word) != std::string::npos))
      return true;
    at = end + 1;
  }
  return false;
}

}  // namespace wider::access
