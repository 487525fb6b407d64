// Html: text that is safe to put into a page. It is made only by escaping plain text or from a literal of this program.
#pragma once

#include <string>
#include <string_view>

namespace wider {

class Html {
 public:
  Html() = default;
  // Escapes & < > " ' so that the text is safe as content and inside a quoted attribute.
  static Html escape(std::string_view plain);
  // For markup written in this program: a literal only, so that nothing that came from outside can get here.
  static consteval std::string_view literal(const char* markup) { return markup; }
  static Html of_literal(std::string_view markup) { return Html(std::string(markup)); }

  Html& operator+=(const Html& other) {
    text_ += other.text_;
    return *this;
  }
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  explicit Html(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace wider
