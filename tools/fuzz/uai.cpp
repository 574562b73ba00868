// Models of the UAI competitions.
#include "harness.hpp"
#include "tables.hpp"

void unfurl::fuzz::read(std::string_view input) {
  TableModel model;
  if (!accepted(input.size(), [&] { model = parse_uai(input, "input"); })) return;
  law(same(parse_uai(to_uai(model), "written"), model), "what is written reads back equal");
}
