// Factor graphs of libDAI.
#include "harness.hpp"
#include "tables.hpp"

void unfurl::fuzz::read(std::string_view input) {
  TableModel model;
  if (!accepted(input.size(), [&] { model = parse_fg(input, "input"); })) return;
  law(same(parse_fg(to_fg(model), "written"), model), "what is written reads back equal");
}
