// DOT to pictures, through Graphviz's library. The only file that knows Graphviz, whose headers define MIN, TRUE and such.
#include <graphviz/gvc.h>
#include <sys/mman.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <thread>

#include "core/classic_numbers.hpp"
#include "core/extension.hpp"
#include "core/output/output_file.hpp"
#include "unfurl/draw.hpp"

namespace unfurl {

namespace {

/// Graphviz keeps its state in globals: one drawing at a time.
std::mutex graphviz;

/// What Graphviz said last, without its line ends.
std::string last_message() {
  const std::unique_ptr<char, void (*)(void*)> message(aglasterr(), std::free);
  std::string text = message ? message.get() : "";
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text.empty() ? "no reason given" : text;
}

/// GLib, below Graphviz, ends the program when it gets no memory or no thread. Throws what such a lack is for the rest of the
/// library, std::bad_alloc or std::system_error, before it comes to that.
void require_room() {
  constexpr std::size_t room = std::size_t{256} << 20;
  void* const place = mmap(nullptr, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (place == MAP_FAILED) throw std::bad_alloc();
  munmap(place, room);
  std::thread([] {}).join();
}

/// The drawing in one of Graphviz's output formats.
std::string draw(const std::string& dot, const char* format) {
  const std::lock_guard<std::mutex> lock(graphviz);
  require_room();
  const detail::ClassicNumbers numbers;  // it reads and writes coordinates
  agseterr(AGMAX);                       // messages go into our errors, not to the terminal
  static GVC_t* const context = gvContext();

  const std::unique_ptr<Agraph_t, int (*)(Agraph_t*)> graph(agmemread(dot.c_str()), agclose);
  if (!graph)
    throw unfurl::DataError(detail::cat("the text is not DOT: ", last_message()), "",
                            "give the text of factor_dot, network_dot or step_dot");
  if (std::string_view(format) == "png") {
    char name[] = "dpi", value[] = "144", otherwise[] = "";  // Graphviz takes no constants
    agsafeset(graph.get(), name, value, otherwise);
  }
  if (gvLayout(context, graph.get(), "dot") != 0) {
    gvFreeLayout(context, graph.get());
    throw unfurl::DataError(detail::cat("Graphviz cannot lay the graph out: ", last_message()), "",
                            "check the attribute 'layout' of the graph");
  }
  char* data = nullptr;
  unsigned int size = 0;
  const int failed = gvRenderData(context, graph.get(), format, &data, &size);
  std::string picture = data ? std::string(data, size) : std::string();
  gvFreeRenderData(data);
  gvFreeLayout(context, graph.get());
  if (failed != 0 || picture.empty())
    throw unfurl::DataError(detail::cat("Graphviz cannot write ", format, ": ", last_message()), "",
                            "install Graphviz with its Cairo plugin, or write .dot");
  return picture;
}

}  // namespace

std::string to_svg(const std::string& dot) {
  const std::string page = draw(dot, "svg");
  const auto element = page.find("<svg");
  detail::check(element != std::string::npos, "an SVG file has an <svg> element");
  return page.substr(element);
}

void render(const std::string& dot, const std::filesystem::path& out) {
  const std::string extension = detail::extension_of(out);
  std::string picture;
  if (extension == ".dot")
    picture = dot;
  else if (extension == ".svg")
    picture = to_svg(dot);
  else if (extension == ".png")
    picture = draw(dot, "png");
  else
    throw DataError(extension.empty() ? "the file to draw into has no extension"
                                      : detail::cat("there are no drawings of kind '", extension, "'"),
                    out.string(), "name it .dot, .svg or .png");
  detail::write_file(out, picture);
}

}  // namespace unfurl
