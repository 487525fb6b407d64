// The only file that includes the mustache engine.
#include "web/templates.hpp"

#include <map>

#include <kainjow/mustache.hpp>

#include "base/html.hpp"

extern const std::vector<wider::EmbeddedFile> web_templates;

namespace wider::web {
namespace {

namespace mustache = kainjow::mustache;

mustache::data to_data(const Values& values) {
  mustache::data object{mustache::data::type::object};
  for (const auto& [name, value] : values.all()) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      object[name] = mustache::data{*text};
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      object[name] = mustache::data{*flag};
    } else {
      mustache::data list{mustache::data::type::list};
      for (const Values& row : std::get<Values::List>(value)) list.push_back(to_data(row));
      object[name] = std::move(list);
    }
  }
  return object;
}

// Mustache renders an unknown key as nothing, which hides mistakes; this context remembers the first one.
class StrictContext : public mustache::context<std::string> {
 public:
  explicit StrictContext(const mustache::data* data) : mustache::context<std::string>(data) {}
  const mustache::data* get(const std::string& name) const override {
    const mustache::data* found = mustache::context<std::string>::get(name);
    if (found == nullptr && unknown_.empty()) unknown_ = name;
    return found;
  }
  [[nodiscard]] const std::string& unknown() const { return unknown_; }

 private:
  mutable std::string unknown_;
};

// Replaces each {{>name}} by the file name.html. Depth is bounded, so that a circle ends.
Result<std::string> with_parts(const std::map<std::string, std::string, std::less<>>& files, std::string text,
                               int depth) {
  if (depth > 4) return failure(ErrorCode::malformed, "A template takes itself in.");
  for (std::size_t at = text.find("{{>"); at != std::string::npos; at = text.find("{{>", at)) {
    const std::size_t end = text.find("}}", at);
    if (end == std::string::npos) return failure(ErrorCode::malformed, "A template has a tag without an end.");
    const std::string name = text.substr(at + 3, end - at - 3);
    const auto part = files.find(name);
    if (part == files.end())
      return failure(ErrorCode::malformed, "A template takes in '" + name + "', which is not there.");
    auto inner = with_parts(files, part->second, depth + 1);
    if (!inner) return inner;
    text.replace(at, end + 2 - at, *inner);
    at += inner->size();
  }
  return text;
}

}  // namespace

struct Templates::Parsed {
  std::map<std::string, mustache::mustache, std::less<>> pages;
};

Templates::Templates(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Templates::Templates(Templates&&) noexcept = default;
Templates::~Templates() = default;

Result<Templates> Templates::load(const std::vector<EmbeddedFile>& files) {
  std::map<std::string, std::string, std::less<>> texts;
  for (const EmbeddedFile& file : files) {
    texts.emplace(file.name.substr(0, file.name.rfind('.')), file.text);
  }
  auto parsed = std::make_unique<Parsed>();
  for (const auto& [name, text] : texts) {
    auto whole = with_parts(texts, text, 0);
    if (!whole) return std::unexpected(whole.error());
    mustache::mustache page{*whole};
    if (!page.is_valid()) {
      return failure(ErrorCode::malformed, "Template '" + name + "': " + page.error_message());
    }
    page.set_custom_escape([](const std::string& plain) { return Html::escape(plain).str(); });
    parsed->pages.emplace(name, std::move(page));
  }
  return Templates(std::move(parsed));
}

Result<std::string> Templates::render(std::string_view page, const Values& values) const {
  const auto at = parsed_->pages.find(page);
  if (at == parsed_->pages.end())
    return failure(ErrorCode::not_found, "There is no template '" + std::string(page) + "'.");
  const mustache::data data = to_data(values);
  StrictContext context{&data};
  // render() is not const only because lambdas and partials may set the error text; our templates have neither, so
  // that a parsed template is only read and may be shared between threads.
  std::string text = at->second.render(context);
  if (!context.unknown().empty()) {
    return failure(ErrorCode::corrupt,
                   "Template '" + std::string(page) + "' names the unknown key '" + context.unknown() + "'.");
  }
  return text;
}

Result<std::string> Templates::render_in_layout(std::string_view page, const Values& values) const {
  auto body = render(page, values);
  if (!body) return body;
  Values framed = values;
  framed.text("page_body", *body);
  return render("layout", framed);
}

const std::vector<EmbeddedFile>& embedded_templates() {
  return web_templates;
}

}  // namespace wider::web
