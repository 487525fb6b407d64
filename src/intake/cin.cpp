// The Children in Need census in XML, streamed through expat in bounded memory: one <Child> at a time.
//
// Any DOCTYPE ends the reading, so that no entity can be declared and none expanded. Depth, and the length of a child
// and of any one tag, are limited. The first pass (check) goes through the whole file: a file cut in the middle yields
// nothing. Thread safety: a reading uses only its own state.
#include <expat.h>
#include <fmt/format.h>

#include <array>
#include <memory>

#include "intake/cin_row.hpp"
#include "intake/format.hpp"
#include "intake/text_encoding.hpp"

namespace wider::intake {
namespace {

constexpr std::size_t most_depth = 32;
constexpr std::size_t most_elements_of_child = 20'000;
constexpr std::size_t raw_kept_of_long_child = 200;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

// "w:Child" is Child: a prefix says nothing here.
std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const std::size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

class Reading {
 public:
  // Without a sink, the file is only checked.
  Reading(const FormatName& name, const ReadOptions& options, Sink* sink)
      : name_(name), options_(options), sink_(sink), parser_(XML_ParserCreate(nullptr)) {}

  Result<Counts> run(const ByteSource& source) {
    if (!parser_) return failure(ErrorCode::unavailable, "no memory for reading XML");
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &Reading::on_start, &Reading::on_end);
    XML_SetCharacterDataHandler(parser_.get(), &Reading::on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &Reading::on_doctype);
    XML_SetUnknownEncodingHandler(parser_.get(), &Reading::on_encoding, nullptr);
    std::array<char, 1 << 16> buffer{};
    std::uint64_t done = 0;
    while (true) {
      const auto got = source(buffer);
      if (!got) return std::unexpected(got.error());
      done += *got;
      const XML_Status status = XML_Parse(parser_.get(), buffer.data(), static_cast<int>(*got), *got == 0 ? 1 : 0);
      if (failed_) return std::unexpected(*failed_);
      if (status != XML_STATUS_OK) return not_well_formed(done);
      if (*got == 0) break;
      // expat keeps a tag until it is whole: one without an end would be kept for ever.
      const XML_Index parsed = XML_GetCurrentByteIndex(parser_.get());
      if (parsed >= 0 && done - static_cast<std::uint64_t>(parsed) > options_.max_field_bytes + buffer.size()) {
        fail(fmt::format("a tag or comment is longer than {} bytes; is this the census file?",
                         options_.max_field_bytes));
        return std::unexpected(*failed_);
      }
    }
    if (!saw_children_) {
      fail("there is no <Children> in this file; send the census as it was returned to the department");
      return std::unexpected(*failed_);
    }
    return counts_;
  }

 private:
  static Reading& self(void* data) { return *static_cast<Reading*>(data); }
  static void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
    self(data).start(name, attributes);
  }
  static void on_end(void* data, const XML_Char* name) { self(data).end(name); }
  static void on_text(void* data, const XML_Char* text, int length) {
    self(data).text(std::string_view(text, static_cast<std::size_t>(length)));
  }
  static void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    self(data).fail(
        "the file declares a document type (DOCTYPE), which the census never does and which is refused; take the "
        "declaration out");
  }
  static int on_encoding(void*, const XML_Char* name, XML_Encoding* encoding) {
    const std::string wanted = folded(name);
    if (wanted != "windows-1252" && wanted != "cp1252") return XML_STATUS_ERROR;
    for (int i = 0; i < 256; ++i) {
      encoding->map[i] = static_cast<int>(windows_1252_code_point(static_cast<unsigned char>(i)));
    }
    encoding->convert = nullptr;
    encoding->release = nullptr;
    return XML_STATUS_OK;
  }

  void fail(std::string_view why) {
    stop(Error{ErrorCode::malformed,
               fmt::format("{}, line {}, column {}: {}", options_.file_name, XML_GetCurrentLineNumber(parser_.get()),
                           XML_GetCurrentColumnNumber(parser_.get()) + 1, why)});
  }
  void stop(Error error) {
    if (!failed_) failed_ = std::move(error);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  Result<Counts> not_well_formed(std::uint64_t bytes) {
    const XML_Error code = XML_GetErrorCode(parser_.get());
    if (bytes == 0) {
      fail("the file is empty; send it again");
    } else if (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
               code == XML_ERROR_UNCLOSED_CDATA_SECTION || code == XML_ERROR_PARTIAL_CHAR) {
      fail("the file ends in the middle: it was cut off; nothing of it is taken in; send it again in whole");
    } else if (code == XML_ERROR_UNDEFINED_ENTITY) {
      fail("the file uses an entity that is not declared; write the character itself, or its number");
    } else if (code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING) {
      fail("the file's encoding is not known here; save it as UTF-8");
    } else {
      fail(fmt::format("this is not well-formed XML ({}); nothing of the file is taken in; export it again",
                       XML_ErrorString(code)));
    }
    return std::unexpected(*failed_);
  }

  [[nodiscard]] bool in(std::initializer_list<std::string_view> path) const {
    return std::equal(path_.begin(), path_.end(), path.begin(), path.end());
  }

  void start(const char* name, const char** attributes) {
    if (failed_) return;
    const std::string_view local = local_name(name);
    if (path_.empty() && local != "Message") {
      return fail(
          fmt::format("the first element is <{}>; a Children in Need census begins with <Message>", shown(local)));
    }
    if (path_.size() >= most_depth) return fail(fmt::format("elements lie more than {} deep", most_depth));
    path_.emplace_back(local);
    if (in({"Message", "Header"})) {
      begin_capture();
    } else if (in({"Message", "Children"})) {
      saw_children_ = true;
      if (!header_read_) return fail("<Children> comes before <Header>; the census has its header first");
    } else if (in({"Message", "Children", "Child"})) {
      begin_capture();
    }
    if (!capturing_) return;
    if (!too_long_) {
      if (elements_.size() >= most_elements_of_child) return give_up_capture();
      elements_.push_back({std::string(local), {}, open_.empty() ? XmlElement::no_parent : open_.back()});
      open_.push_back(elements_.size() - 1);
    }
    std::string tag = fmt::format("<{}", local);
    for (const char** attribute = attributes; attribute[0] != nullptr; attribute += 2) {
      tag += fmt::format(" {}=\"", local_name(attribute[0]));
      append_escaped(tag, attribute[1]);
      tag += '"';
    }
    tag += '>';
    capture(tag);
  }

  void text(std::string_view text) {
    if (failed_ || !capturing_) return;
    if (!too_long_ && !open_.empty()) elements_[open_.back()].text += text;
    std::string escaped;
    append_escaped(escaped, text);
    capture(escaped);
  }

  void end(const char* name) {
    if (failed_) return;
    if (capturing_) {
      capture(fmt::format("</{}>", local_name(name)));
      if (!open_.empty()) open_.pop_back();
      if (in({"Message", "Header"})) end_header();
      if (in({"Message", "Children", "Child"})) end_child();
    }
    path_.pop_back();
  }

  // A name out of the file, short enough for a message.
  static std::string shown(std::string_view name) { return name.size() > 40 ? "…" : std::string(name); }

  void begin_capture() {
    capturing_ = true;
    too_long_ = false;
    raw_.clear();
    raw_bytes_ = 0;
    elements_.clear();
    open_.clear();
    line_ = XML_GetCurrentLineNumber(parser_.get());
  }
  void capture(std::string_view piece) {
    raw_bytes_ += piece.size();
    if (too_long_) return;
    raw_ += piece;
    if (raw_.size() > options_.max_field_bytes) give_up_capture();
  }
  void give_up_capture() {
    too_long_ = true;
    std::size_t length = std::min(raw_.size(), raw_kept_of_long_child);
    while (length > 0 && length < raw_.size() && (static_cast<unsigned char>(raw_[length]) & 0xC0) == 0x80) --length;
    raw_.resize(length);
    raw_.shrink_to_fit();
    elements_.clear();
    open_.clear();
  }

  [[nodiscard]] std::string_view header_text(std::string_view name) const {
    for (const XmlElement& element : elements_) {
      if (element.name == name && element.parent != XmlElement::no_parent &&
          elements_[element.parent].name == "CollectionDetails") {
        return trimmed(element.text);
      }
    }
    return {};
  }

  void end_header() {
    capturing_ = false;
    if (too_long_) return fail("the <Header> is too long for a census");
    if (folded(header_text("Collection")) != "cin") {
      return fail("<Header> does not say <Collection>CIN</Collection>: this is not a Children in Need census");
    }
    const ReadDate reference = read_census_date(header_text("ReferenceDate"));
    header_.year = header_text("Year");
    if (!reference.date.known())
      return fail("<ReferenceDate> in <Header> is missing or no date; give it as YYYY-MM-DD");
    if (header_.year.empty()) return fail("<Year> in <Header> is missing; give the year of the census");
    header_.reference_date = reference.date.first;
    header_raw_ = "<Message>" + raw_;
    header_read_ = true;
  }

  void end_child() {
    capturing_ = false;
    ++counts_.read;
    Accepted accepted;
    std::optional<RowTrouble> trouble;
    if (too_long_) {
      trouble = RowTrouble{
          "", fmt::format("the child is {} bytes long; {} is the most", raw_bytes_, options_.max_field_bytes),
          "send the child again; only its beginning is kept here"};
    } else {
      trouble = map_child(header_, elements_, options_.agency, {options_.file_name, line_}, accepted);
    }
    ++(trouble ? counts_.held_back : counts_.accepted);
    if (sink_ == nullptr) return;
    Result<void> handed;
    if (trouble) {
      handed = sink_->hold_back({options_.agency, name_.name, options_.file_name, line_, std::move(trouble->column),
                                 std::move(trouble->reason), std::move(trouble->remedy), raw_, header_raw_});
    } else {
      handed = sink_->accept(std::move(accepted));
    }
    if (!handed) stop(handed.error());
  }

  const FormatName& name_;
  const ReadOptions& options_;
  Sink* sink_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> parser_;
  std::optional<Error> failed_;
  Counts counts_;
  std::vector<std::string> path_;
  bool saw_children_ = false;
  bool header_read_ = false;
  CinHeader header_;
  std::string header_raw_;
  // The <Header> or <Child> being read.
  bool capturing_ = false;
  bool too_long_ = false;
  std::uint64_t line_ = 0;
  std::string raw_;
  std::uint64_t raw_bytes_ = 0;
  std::vector<XmlElement> elements_;
  std::vector<std::size_t> open_;
};

class CinFormat final : public Format {
 public:
  [[nodiscard]] const FormatName& name() const override { return name_; }
  [[nodiscard]] Result<void> check(const ByteSource& source, const ReadOptions& options) const override {
    const auto counts = Reading(name_, options, nullptr).run(source);
    if (!counts) return std::unexpected(counts.error());
    return {};
  }
  [[nodiscard]] Result<Counts> read(const ByteSource& source, const ReadOptions& options, Sink& sink) const override {
    return Reading(name_, options, &sink).run(source);
  }
  [[nodiscard]] std::string file_of(const HeldBackRow& held, std::string_view mended_raw) const override {
    return fmt::format("{}<Children>{}</Children></Message>", held.header, mended_raw);
  }

 private:
  FormatName name_{"cin", Agency::social_care, "Children in Need census (XML, 2022 to 2024)", 1};
};

}  // namespace

FormatPtr cin_format() {
  return std::make_shared<const CinFormat>();
}

}  // namespace wider::intake
