// The program `unfurl` under a global C++ locale that groups digits and has a decimal comma, as a program around the
// library may set one. For tools/campaign.
#include <locale>
#include <string>

#include "models/models.hpp"
#include "unfurl/cli.hpp"

namespace {

class Grouped : public std::numpunct<char> {
 protected:
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

int main(int argc, char** argv) {
  unfurl::let_threads_give_way(argv);
  std::locale::global(std::locale(std::locale::classic(), new Grouped));
  return unfurl::run(argc, argv, unfurl::all_models());
}
