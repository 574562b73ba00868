// Constructions by name, and the model of a code.
#include <charconv>
#include <map>

#include "unfurl/codes.hpp"
#include "unfurl/factors.hpp"

namespace unfurl {

using detail::cat;

namespace {

struct Family {
  const char* name;
  const char* form;
  std::size_t least, most;  ///< numbers
  Code (*make)(const std::vector<int>&);
};

Code bicycle(const std::vector<int>& n) {
  using Monomials = std::vector<std::pair<int, int>>;
  const Monomials a{{3, 0}, {0, 1}, {0, 2}}, b{{0, 3}, {1, 0}, {2, 0}};
  switch (n[0]) {
    case 72:
      return bivariate_bicycle(6, 6, a, b).bit_flips();
    case 90:
      return bivariate_bicycle(15, 3, {{9, 0}, {0, 1}, {0, 2}}, {{0, 0}, {2, 0}, {7, 0}}).bit_flips();
    case 108:
      return bivariate_bicycle(9, 6, a, b).bit_flips();
    case 144:
      return bivariate_bicycle(12, 6, a, b).bit_flips();
    default:
      throw DataError(cat("a bicycle code of ", n[0], " qubits"), "", "72, 90, 108 or 144 have a name");
  }
}

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
    {"surface", "surface:D", 1, 1,
     [](const std::vector<int>& n) { return rotated_surface(n[0]).bit_flips(); }},
    {"toric", "toric:D", 1, 1, [](const std::vector<int>& n) { return toric(n[0]).bit_flips(); }},
    {"bicycle", "bicycle:N", 1, 1, bicycle},
};

const Family* find_family(const std::string& name) {
  const auto colon = name.find(':');
  for (const Family& f : families)
    if (colon != std::string::npos && name.compare(0, colon, f.name) == 0) return &f;
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

namespace {

std::vector<std::vector<int>> scopes_of(const BinaryMatrix& checks) {
  std::vector<std::vector<int>> scopes;
  for (const auto& row : checks.rows)
    if (!row.empty()) scopes.push_back(row);
  return scopes;
}

}  // namespace

Model decoding_model(const BinaryMatrix& checks, bool syndrome) {
  check_matrix(checks);
  const std::vector<std::vector<int>> scopes = scopes_of(checks);
  if (scopes.empty())
    throw DataError("the matrix has no ones: there is nothing to decode with", "", "give at least one check");
  Model m("code");
  const auto llr = m.observed("llr", {checks.columns});
  const auto bit = m.discrete("bit", {checks.columns}, 2);
  m.factor("channel", each(bit), Field{-0.5 * llr});
  if (!syndrome) {
    m.factor("check", tuples(bit, scopes), Parity{});
    return m;
  }
  const auto odd = m.observed("syndrome", {static_cast<int>(scopes.size())}, nonneg);
  m.factor("check", tuples(bit, scopes), Parity{odd});
  return m;
}

std::vector<int> rows_in_order(const BinaryMatrix& checks) {
  // A declaration for every number of bits, in rising order, and in each the rows as they come.
  std::map<std::size_t, int> first;
  for (const auto& row : checks.rows)
    if (row.size() > 1) ++first[row.size()];
  int sum = 0;
  for (auto& [size, count] : first) sum += std::exchange(count, sum);
  std::vector<int> order;
  for (const auto& row : checks.rows)
    if (row.size() > 1) order.push_back(first[row.size()]++);
  return order;
}

}  // namespace unfurl
