// Templates: the site's pages as mustache, built into the program. A file may take in another by {{>other}}; that is
// done once, at the start. A page is its template, set into layout.html.
// Invariant: only layout.html may hold {{{…}}} (text that is not escaped), and only for the page's own rendered body.
// Thread safety: render may be called from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.hpp"
#include "base/result.hpp"
#include "web/values.hpp"

namespace wider::web {

class Templates {
 public:
  // malformed: a template that mustache refuses, or one that takes in a file that is not there.
  static Result<Templates> load(const std::vector<EmbeddedFile>& files);
  Templates(Templates&&) noexcept;
  ~Templates();

  // corrupt: the template names a key that the values do not hold, a bug that the tests find by rendering every page.
  [[nodiscard]] Result<std::string> render(std::string_view page, const Values& values) const;
  // The page `page` inside layout.html, with the same values.
  [[nodiscard]] Result<std::string> render_in_layout(std::string_view page, const Values& values) const;

 private:
  struct Parsed;
  explicit Templates(std::unique_ptr<Parsed> parsed);
  std::unique_ptr<Parsed> parsed_;
};

// The templates built into the program.
[[nodiscard]] const std::vector<EmbeddedFile>& embedded_templates();

}  // namespace wider::web
