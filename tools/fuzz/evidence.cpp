// Evidence, for a model of eight variables.
#include "harness.hpp"
#include "unfurl/formats.hpp"

void unfurl::fuzz::read(std::string_view input) {
  const TableModel model{TableModel::Kind::markov, {1, 2, 3, 4, 5, 2, 2, 1000}, {}};
  Evidence evidence;
  if (!accepted(input.size(), [&] { evidence = parse_evidence(input, model, "input"); })) return;
  law(parse_evidence(to_evid(evidence), model, "written") == evidence, "what is written reads back equal");
}
