/// Binary linear codes: matrices over GF(2), constructions, and the model that decodes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "unfurl/model.hpp"

namespace unfurl {

/// A sparse matrix over GF(2).
struct BinaryMatrix {
  int columns = 0;
  std::vector<std::vector<int>> rows;  ///< the columns of the ones of every row, rising

  int ones() const;
  std::vector<std::vector<int>> by_column() const;  ///< the rows of the ones of every column, rising
  BinaryMatrix transposed() const;
  bool operator==(const BinaryMatrix&) const = default;
};

/// Throws DataError, naming `where`, unless the ones of every row are columns that are there, rising.
void check_matrix(const BinaryMatrix& matrix, const std::string& where = {});

using Word = std::vector<std::uint8_t>;  ///< bits

/// matrix * word: of a parity-check matrix, the syndrome. Throws DataError for words of another length.
Word multiply(const BinaryMatrix& matrix, const Word& word);
/// By elimination among few ones, as parity checks have them, and at last in a dense matrix. That one, and those of kernel() and
/// css(), take at most 4 GB and 2e12 additions of words, half an hour; throws DataError for more.
int rank(const BinaryMatrix& matrix);
/// A basis of all words with matrix * word = 0: the generator matrix of the code with these checks, [columns - rank, columns].
BinaryMatrix kernel(const BinaryMatrix& matrix);
/// The sum of the rows that the message chooses: encoding, where the rows are a generator matrix.
Word combine_rows(const BinaryMatrix& matrix, const Word& message);

/// A word with matrix * word = syndrome. It equals `base` but in the first independent ones of the columns in this order, which
/// follow from the others: ordered statistics of order 0. With `order` > 0, up to so many of the others are changed as well, and
/// among all these words the one with the least sum of `cost` over its ones is taken [Fossorier95]; costs may be negative.
/// Throws DataError where no word has this syndrome, and for what does not fit.
Word ordered_statistics(const BinaryMatrix& matrix, const Word& syndrome, const std::vector<int>& columns,
                        const Word& base, int order = 0, const std::vector<double>& cost = {});

/// What is known of a matrix as a graph of checks and bits.
struct GraphStatistics {
  std::optional<int> girth{};  ///< length of the shortest cycle; absent: there is none
  std::optional<std::int64_t>
      four_cycles{};                         ///< how many there are; absent where they take too long to count
  std::optional<std::int64_t> six_cycles{};  ///< likewise
};
GraphStatistics graph_statistics(const BinaryMatrix& checks);
/// The least weight of a word of the code that a search from random information sets finds, [Leon88]: at least the minimum
/// distance. 0 where the code has the zero word only.
int distance_estimate(const BinaryMatrix& checks, int tries, std::uint64_t seed = 1);

/// A code as decoders see it: checks, and for errors of a quantum code what an error may not change unseen.
struct Code {
  std::string name;
  BinaryMatrix checks;
  /// Quantum codes and detector error models: the parities that tell errors of one syndrome apart. Empty: every bit counts.
  BinaryMatrix logical{};
  std::vector<double> priors{};  ///< probability of every error, where the code says; else the channel's
  /// Of both kinds of errors of a quantum code: bits i and bits() / 2 + i are the bit flip and the phase flip of one qubit, which
  /// depolarising noise makes by themselves or together. They are decoded apart, or joined by a table of what noise does.
  enum class Qubits { none, apart, joint } qubits = Qubits::none;
  /// Bits that are not sent, rising: known to be 0, and not known at all.
  std::vector<int> shortened{}, punctured{};
  int bits() const { return checks.columns; }
};

/// What of a code is sent and means something: the dimension of its words that are 0 where it is shortened, of as many bits as are
/// sent. Throws DataError where that is 0 or above 1, for bits that are not there, and those of both kinds.
double code_rate(const Code& code);
/// A basis of these words: that of kernel(), where nothing is shortened.
BinaryMatrix words_to_send(const Code& code);

/// The probability that each bit is flipped, at this level of noise: the level, times its prior where the code has some; of both
/// kinds of errors of qubits 2/3 of the level, the probability that depolarising noise does anything. Throws DataError for what
/// is no probability below 1, and for qubits, whose errors depend on each other, for 0.
std::vector<double> flip_probabilities(const Code& code, double level);

/// Of length 2^r - 1 with r checks; column i of the checks is i + 1 in binary, row 0 its last digit. 2 <= r <= 16.
Code hamming(int r);
/// Narrow-sense BCH code of length n = 2^m - 1 and dimension k, from its generator polynomial; GF(64) by x^6 + x + 1. Checks are
/// the first `rows` cyclic shifts of the reversed check polynomial, n - k of which are independent; absent: these. n rows are the
/// circulant matrix. Throws DataError, with those that there are, for other k.
Code bch(int n, int k, std::optional<int> rows = {});
/// The same code by the lightest checks that a search finds: all n cyclic shifts of each of so many; or, for no orbits, n - k of
/// them that are independent, each with as few 4-cycles as may be with those before it. Redundant light checks make belief
/// propagation better, as more parallel and less correlated opinions do [Halford06].
Code light_bch(int n, int k, int orbits, std::uint64_t seed = 1);
/// (dv, dc)-regular, of n bits, by progressive edge growth [Hu05]. n dv must be a multiple of dc.
Code regular_ldpc(int n, int dv, int dc, std::uint64_t seed = 1);
/// Every entry of the base matrix is a zero matrix, where it is -1, or a cyclic shift of the identity of size `lift`, by
/// the entry modulo it: row i has its one in column (i + entry) % lift.
Code quasi_cyclic(const std::vector<std::vector<int>>& base, int lift);
/// n bits, n - 1 checks of neighbours.
Code repetition(int n);

/// A quantum code of two kinds of checks, and its logical operators: those of z commute with the checks of x.
struct CssCode {
  std::string name;
  BinaryMatrix x_checks, z_checks, x_logical, z_logical;
  /// What finds bit flips: z-checks, with the z-operators that they must not change.
  Code bit_flips() const { return {name, z_checks, z_logical, {}}; }
  Code phase_flips() const { return {name, x_checks, x_logical, {}}; }
  /// Both kinds of errors of every qubit, the bit flips first, with all checks and all operators.
  Code errors(Code::Qubits qubits) const;
};
/// Logical operators found by elimination. Throws DataError where checks of x and z do not commute.
CssCode css(std::string name, BinaryMatrix x_checks, BinaryMatrix z_checks);
/// On d x d qubits, numbered row by row; z-checks lie on plaquettes (r, c) with r + c even, and at the upper and lower edge.
CssCode rotated_surface(int d);
CssCode toric(int d);  ///< on 2 d^2 qubits, the edges of a d x d torus: horizontal ones first
/// x-checks [A | B], z-checks [B^T | A^T], of sums of monomials x^i y^j in the cyclic shifts x of size l and y of size m
/// [Bravyi24].
CssCode bivariate_bicycle(int l, int m, const std::vector<std::pair<int, int>>& a,
                          const std::vector<std::pair<int, int>>& b);

/// A construction by name: "hamming:3", "bch:63,45", "bch:63,45,63" (so many rows), "light_bch:63,45,2" (orbits), "ldpc:1024,3,6" (and a seed),
/// "repetition:5", "surface:3", "toric:4", "bicycle:72" ([[72,12,6]], also 90, 108, 144): of quantum codes the half that finds
/// bit flips; with "_apart" or "_joint" behind the family's name, as in "surface_joint:3", both kinds of errors under depolarising
/// noise. Throws DataError for others.
Code code_by_name(const std::string& name);
bool is_code_name(const std::string& name);  ///< whether it begins as one

/// The checks as parity factors "check" over binary variables "bit", with evidence "channel" from data "llr", the log-ratios
/// log p(0) / p(1) of every bit; with `syndrome`, data of this name say what the parities are. Checks of no bit add nothing.
Model decoding_model(const BinaryMatrix& checks, bool syndrome = false);
/// The same; where the errors of qubits are decoded jointly, with a factor "qubit" between the two of each.
Model decoding_model(const Code& code, bool syndrome = false);
/// Log-potentials [4, qubits] of the two errors of a qubit under depolarising noise beside what they are each by itself, from the
/// log-ratios log p(0) / p(1) of one of them: log p(a, b) - log p(a) - log p(b). What a Table over (bit flip, phase flip) takes.
Expr depolarising_table(const Expr& llr, Where where = Where::here());
/// The numbers of the model's factors of two and more variables (as UpdateOrder::layered counts them) in the order of the rows.
std::vector<int> rows_in_order(const BinaryMatrix& checks);

}  // namespace unfurl
