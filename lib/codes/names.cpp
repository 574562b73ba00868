// Constructions by name.
#include <charconv>
#include <string_view>

#include "unfurl/codes.hpp"

namespace unfurl {

using detail::cat;

namespace {

struct Family {
  const char* name;
  const char* form;
  std::size_t least, most;  ///< numbers
  Code (*make)(const std::vector<int>&);
};

CssCode bicycle(const std::vector<int>& n) {
  using Monomials = std::vector<std::pair<int, int>>;
  const Monomials a{{3, 0}, {0, 1}, {0, 2}}, b{{0, 3}, {1, 0}, {2, 0}};
  switch (n[0]) {
    case 72:
      return bivariate_bicycle(6, 6, a, b);
    case 90:
      return bivariate_bicycle(15, 3, {{9, 0}, {0, 1}, {0, 2}}, {{0, 0}, {2, 0}, {7, 0}});
    case 108:
      return bivariate_bicycle(9, 6, a, b);
    case 144:
      return bivariate_bicycle(12, 6, a, b);
    default:
      throw DataError(cat("a bicycle code of ", n[0], " qubits"), "", "72, 90, 108 or 144 have a name");
  }
}

CssCode surface(const std::vector<int>& n) { return rotated_surface(n[0]); }
CssCode torus(const std::vector<int>& n) { return toric(n[0]); }
template <CssCode (*Make)(const std::vector<int>&)>
Code half(const std::vector<int>& n) {
  return Make(n).bit_flips();
}
template <CssCode (*Make)(const std::vector<int>&), Code::Qubits Qubits>
Code whole(const std::vector<int>& n) {
  return Make(n).errors(Qubits);
}
constexpr auto apart = Code::Qubits::apart, joint = Code::Qubits::joint;

constexpr Family families[] = {
    {"hamming", "hamming:R", 1, 1, [](const std::vector<int>& n) { return hamming(n[0]); }},
    {"bch", "bch:N,K[,ROWS]", 2, 3,
     [](const std::vector<int>& n) {
       return bch(n[0], n[1], n.size() > 2 ? std::optional(n[2]) : std::nullopt);
     }},
    {"light_bch", "light_bch:N,K,ORBITS", 3, 3,
     [](const std::vector<int>& n) { return light_bch(n[0], n[1], n[2]); }},
    {"ldpc", "ldpc:N,DV,DC[,SEED]", 3, 4,
     [](const std::vector<int>& n) {
       return regular_ldpc(n[0], n[1], n[2], n.size() > 3 ? static_cast<std::uint64_t>(n[3]) : 1);
     }},
    {"repetition", "repetition:N", 1, 1, [](const std::vector<int>& n) { return repetition(n[0]); }},
    {"surface", "surface:D", 1, 1, half<surface>},
    {"surface_apart", "surface_apart:D", 1, 1, whole<surface, apart>},
    {"surface_joint", "surface_joint:D", 1, 1, whole<surface, joint>},
    {"toric", "toric:D", 1, 1, half<torus>},
    {"toric_apart", "toric_apart:D", 1, 1, whole<torus, apart>},
    {"toric_joint", "toric_joint:D", 1, 1, whole<torus, joint>},
    {"bicycle", "bicycle:N", 1, 1, half<bicycle>},
    {"bicycle_apart", "bicycle_apart:N", 1, 1, whole<bicycle, apart>},
    {"bicycle_joint", "bicycle_joint:N", 1, 1, whole<bicycle, joint>},
};

const Family* find_family(const std::string& name) {
  const auto colon = name.find(':');
  for (const Family& f : families)
    if (colon != std::string::npos && std::string_view(name).substr(0, colon) == f.name) return &f;
  return nullptr;
}

}  // namespace

bool is_code_name(const std::string& name) { return find_family(name) != nullptr; }

Code code_by_name(const std::string& name) {
  const Family* family = find_family(name);
  if (family == nullptr) {
    std::string forms;
    for (const Family& f : families) forms += cat(forms.empty() ? "" : ", ", f.form);
    throw DataError(cat("there is no construction '", name, "'"), "", forms);
  }
  std::vector<int> numbers;
  const char *from = name.data() + name.find(':') + 1, *end = name.data() + name.size();
  for (bool more = true; more;) {
    int n = 0;
    const auto [stop, error] = std::from_chars(from, end, n);
    if (error != std::errc() || n < 0 || (stop != end && *stop != ','))
      throw DataError(cat("'", name, "' names no code"), "",
                      cat("give ", family->form, ", in whole numbers"));
    numbers.push_back(n);
    more = stop != end;
    from = stop + (more ? 1 : 0);
  }
  if (numbers.size() < family->least || numbers.size() > family->most)
    throw DataError(cat("'", name, "' has ", numbers.size(), " numbers"), "", cat("give ", family->form));
  return family->make(numbers);
}

}  // namespace unfurl
