#include "base/html.hpp"

namespace wider {

Html Html::escape(std::string_view plain) {
  std::string out;
  out.reserve(plain.size() + 16);
  for (const char c : plain) {
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
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return Html(std::move(out));
}

}  // namespace wider
