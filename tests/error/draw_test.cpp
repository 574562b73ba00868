#include "unfurl/draw.hpp"

#include <doctest/doctest.h>

#include "error/error_of.hpp"

using namespace unfurl;
using test::error_of;

namespace {

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("draw: files of other kinds and files that cannot be written are refused, by name") {
    const auto folder = std::filesystem::temp_directory_path();
    const std::string dot = "digraph { a -> b }";
    for (const char* name : {"drawing.pdf", "drawing", "drawing.SVG.gz", ".png"}) {
      CAPTURE(std::string(name));
      const std::string text = error_of([&] { render(dot, folder / name); });
      CHECK(mentions(text, (folder / name).string()));
      CHECK(mentions(text, "name it .dot, .svg or .png"));
      CHECK_FALSE(std::filesystem::exists(folder / name));
    }
    for (const char* name : {"a.dot", "a.svg", "a.png"})
      CHECK(mentions(error_of([&] { render(dot, folder / "unfurl no such folder" / name); }),
                     "cannot be written"));
  }

  TEST_CASE("draw: what is not DOT is refused with the reason, and does no harm to the next drawing") {
    const auto out = std::filesystem::temp_directory_path() / "unfurl_refused.png";
    for (const char* text : {"", "hello", "digraph {", "digraph { a -> }", "graph { a -> b }", "\xff\xfe"}) {
      CAPTURE(std::string(text));
      CHECK(mentions(error_of([&] { to_svg(text); }), "not DOT"));
      CHECK(mentions(error_of([&] { render(text, out); }), "not DOT"));
      CHECK(mentions(to_svg("digraph { first -> second }"), ">second<"));
    }
    CHECK(mentions(error_of([] { to_svg("digraph { a -> }"); }), "syntax error"));
    CHECK(mentions(error_of([] { to_svg("digraph { graph [layout=no_such_engine]; a }"); }),
                   "lay the graph out"));
    CHECK_FALSE(std::filesystem::exists(out));
  }
}
